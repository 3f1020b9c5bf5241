/** A form made from a JSON schema.  What it does not know is edited as JSON. */
import { t } from '../texts'
import type { Violation } from '../api'
import { Button } from './parts'
import { attributes, Choice, Field } from './fields'
import { JsonEditor } from './JsonEditor'
import { isObject, pointerOf, type Value } from './values'

export type Schema = { [name: string]: any }

const typeOf = (schema: Schema): string => Array.isArray(schema.type) ? schema.type.find((type: string) => type !== 'null') ?? '' : schema.type ?? (schema.properties ? 'object' : '')

/** Follow a local reference; those in a circle end as JSON. */
function resolve(schema: Schema, root: Schema, depth = 0): Schema {
	if (typeof schema.$ref !== 'string' || !schema.$ref.startsWith('#/') || depth > 8) return schema
	const found = schema.$ref.slice(2).split('/').reduce((at: any, step: string) => at?.[step.replaceAll('~1', '/').replaceAll('~0', '~')], root)
	return isObject(found) ? resolve(found, root, depth + 1) : {}
}

function blank(schema: Schema): Value {
	if (schema.default !== undefined) return schema.default
	switch (typeOf(schema)) {
	case 'object': return {}
	case 'array': return []
	case 'boolean': return false
	case 'number': case 'integer': return 0
	default: return ''
	}
}

interface Props { schema: Schema; root: Schema; value: Value; onChange: (value: Value) => void; label: string; pointer: string; isRequired?: boolean; violations: Violation[]; onBroken: (isBroken: boolean) => void }

const inputTypes: Record<string, 'date' | 'time' | 'email' | 'url'> = { date: 'date', time: 'time', email: 'email', uri: 'url' }
const localTime = (text: string) => {
	const date = new Date(text)
	return isNaN(date.getTime()) ? '' : new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16)
}

function Text({ schema, value, onChange, label, isRequired, problem }: Props & { problem?: string }) {
	const text = typeof value === 'string' ? value : ''
	const isLong = schema.maxLength === undefined ? text.length > 80 || schema.format === 'markdown' || schema.contentMediaType : schema.maxLength > 200
	const give = (given: string) => onChange(given === '' && !isRequired ? undefined : given)
	return <Field label={label} hint={schema.description} problem={problem} isRequired={isRequired}>{(id, note) => {
		if (schema.format === 'date-time') return <input id={id} type="datetime-local" value={localTime(text)} aria-describedby={note} aria-invalid={!!problem}
			onInput={event => give(event.currentTarget.value ? new Date(event.currentTarget.value).toISOString() : '')} />
		if (isLong) return <textarea id={id} rows={Math.min(16, 3 + text.length / 90)} value={text} aria-describedby={note} aria-invalid={!!problem} onInput={event => give(event.currentTarget.value)} />
		return <input {...attributes(inputTypes[schema.format] ?? 'text', { id, value: text, 'aria-describedby': note, 'aria-invalid': !!problem })} onInput={event => give(event.currentTarget.value)} />
	}}</Field>
}

function Numeral({ schema, value, onChange, label, isRequired, problem }: Props & { problem?: string }) {
	return <Field label={label} hint={schema.description} problem={problem} isRequired={isRequired}>{(id, note) =>
		<input id={id} type="number" step={typeOf(schema) === 'integer' ? 1 : 'any'} min={schema.minimum} max={schema.maximum} value={typeof value === 'number' ? value : ''}
			aria-describedby={note} aria-invalid={!!problem} onInput={event => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.valueAsNumber)} />}</Field>
}

function Items({ schema, value, label, pointer, problem, ...rest }: Props & { problem?: string }) {
	const list = Array.isArray(value) ? value : []
	const items = resolve(schema.items ?? {}, rest.root)
	const put = (change: Value[]) => rest.onChange(change)
	const swap = (i: number, j: number) => put(list.map((one, k) => k === i ? list[j] : k === j ? list[i] : one))
	return <fieldset><legend>{label}</legend>
		{problem && <p class="wrong-text">{problem}</p>}
		{list.map((one, i) => <div class="list-item" key={i}>
			<Node {...rest} schema={items} value={one} label={`${label} ${i + 1}`} pointer={pointerOf(pointer, i)} isRequired onChange={given => put(list.map((other, k) => k === i ? given ?? blank(items) : other))} />
			<div class="row">
				<Button kind="quiet" disabled={i === 0} onClick={() => swap(i, i - 1)} label={`${t('up')}: ${label} ${i + 1}`}>↑</Button>
				<Button kind="quiet" disabled={i === list.length - 1} onClick={() => swap(i, i + 1)} label={`${t('down')}: ${label} ${i + 1}`}>↓</Button>
				<Button kind="quiet" onClick={() => put(list.filter((_, k) => k !== i))} label={`${t('remove')}: ${label} ${i + 1}`}>✕</Button>
			</div>
		</div>)}
		<Button onClick={() => put([...list, blank(items)])} label={`${t('add')}: ${label}`}>+ {t('add')}</Button>
	</fieldset>
}

function Members({ schema, value, onChange, pointer, ...rest }: Props) {
	const object = isObject(value) ? value : {}
	const required: string[] = schema.required ?? []
	const set = (name: string, given: Value) => {
		const next = { ...object, [name]: given }
		if (given === undefined) delete next[name]
		onChange(next)
	}
	const others = Object.keys(object).filter(name => !(name in (schema.properties ?? {})))
	return <>
		{Object.entries<Schema>(schema.properties ?? {}).map(([name, member]) =>
			<Node key={name} {...rest} schema={resolve(member, rest.root)} value={object[name]} label={member.title ?? name} pointer={pointerOf(pointer, name)} isRequired={required.includes(name)} onChange={given => set(name, given)} />)}
		{others.map(name => <Node key={name} {...rest} schema={{}} value={object[name]} label={name} pointer={pointerOf(pointer, name)} onChange={given => set(name, given)} />)}
	</>
}

function Node(props: Props) {
	const { schema, value, onChange, label, pointer, violations, isRequired } = props
	const problem = violations.find(violation => violation.pointer === pointer)?.message
	if (Array.isArray(schema.enum)) {
		const options: [string, string][] = schema.enum.map((one: Value) => [JSON.stringify(one), String(one)])
		return <Choice label={label + (isRequired ? ` · ${t('required')}` : '')} problem={problem} value={value === undefined ? '' : JSON.stringify(value)} options={[['', t('noneChosen')], ...options]}
			onChange={text => onChange(text === '' ? undefined : JSON.parse(text))} />
	}
	switch (typeOf(schema)) {
	case 'string': if (value === undefined || value === null || typeof value === 'string') return <Text {...props} problem={problem} />; break
	case 'number': case 'integer': if (value === undefined || value === null || typeof value === 'number') return <Numeral {...props} problem={problem} />; break
	case 'boolean': return <Choice label={label} problem={problem} value={value === true ? 'true' : value === false ? 'false' : ''}
		options={[['', t('noneChosen')], ['true', t('yes')], ['false', t('no')]]} onChange={text => onChange(text === '' ? undefined : text === 'true')} />
	case 'array': if (value === undefined || Array.isArray(value)) return <Items {...props} problem={problem} />; break
	case 'object': if (schema.properties && (value === undefined || isObject(value))) return <fieldset><legend>{label}</legend>{problem && <p class="wrong-text">{problem}</p>}<Members {...props} /></fieldset>; break
	}
	return <div class="field"><p class="label">{label}</p>{problem && <p class="wrong-text">{problem}</p>}<JsonEditor label={label} value={value} onChange={onChange} onBroken={props.onBroken} /></div>
}

/** The fields of a document; a schema without properties is edited as JSON. */
export function SchemaForm({ schema, value, onChange, violations, onBroken }: {
	schema: Schema; value: Value; onChange: (value: Value) => void; violations: Violation[]; onBroken: (isBroken: boolean) => void
}) {
	const root = resolve(schema, schema)
	const elsewhere = violations.filter(violation => !violation.pointer || violation.pointer === '/data')
	return <>
		{elsewhere.map(violation => <p class="wrong-text" key={violation.message}>{violation.message}</p>)}
		{root.properties ? <Members schema={root} root={schema} value={value} onChange={onChange} label="" pointer="" violations={violations} onBroken={onBroken} />
			: <JsonEditor label={t('rawJson')} value={value} onChange={onChange} onBroken={onBroken} />}
	</>
}
