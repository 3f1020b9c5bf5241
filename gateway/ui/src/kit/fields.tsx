/** Inputs with their labels. */
import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { t } from '../texts'

/** Types that share these attributes; the library's own description tells each kind of input apart. */
export type InputType = 'text' | 'email' | 'password' | 'search' | 'url' | 'date' | 'time' | 'datetime-local'
type Attributes = preact.JSX.IntrinsicElements['input']
export const attributes = (type: InputType, rest: Record<string, unknown>) => ({ type, ...rest }) as unknown as Attributes

export function Field({ label, hint, problem, isRequired, children }: {
	label: string; hint?: string; problem?: string; isRequired?: boolean; children: (id: string, describedBy: string | undefined) => ComponentChildren
}) {
	const id = useId()
	const note = problem ? `${id}-problem` : hint ? `${id}-hint` : undefined
	return <div class={`field ${problem ? 'wrong' : ''}`}>
		<label for={id}>{label}{isRequired && <span class="faint"> · {t('required')}</span>}</label>
		{children(id, note)}
		{hint && !problem && <p id={note} class="faint">{hint}</p>}
		{problem && <p id={note} class="wrong-text">{problem}</p>}
	</div>
}

export function TextField({ label, value, onInput, type = 'text', problem, hint, isRequired, autocomplete, minLength }: {
	label: string; value: string; onInput: (text: string) => void; type?: InputType; problem?: string; hint?: string; isRequired?: boolean; autocomplete?: string; minLength?: number
}) {
	return <Field label={label} problem={problem} hint={hint}>{(id, note) =>
		<input {...attributes(type, { id, value, required: isRequired, minLength, autocomplete: autocomplete ?? 'off', 'aria-describedby': note, 'aria-invalid': !!problem })}
			onInput={event => onInput(event.currentTarget.value)} />}</Field>
}

export function Choice({ label, value, options, onChange, problem }: {
	label: string; value: string; options: [string, string][]; onChange: (value: string) => void; problem?: string
}) {
	return <Field label={label} problem={problem}>{(id, note) =>
		<select id={id} value={value} aria-describedby={note} onChange={event => onChange(event.currentTarget.value)}>
			{options.map(([code, text]) => <option key={code} value={code} selected={code === value}>{text}</option>)}
		</select>}</Field>
}

export function Check({ label, value, onChange }: { label: string; value: boolean; onChange: (value: boolean) => void }) {
	const id = useId()
	return <div class="check"><input id={id} type="checkbox" checked={value} onChange={event => onChange(event.currentTarget.checked)} /><label for={id}>{label}</label></div>
}
