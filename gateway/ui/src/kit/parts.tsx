/** Small parts that every page is made of. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { Refusal } from '../api'
import { t, word } from '../texts'
import type { Asked } from './useOperation'
import type { Id } from '../api'

export function Page({ title, actions, children }: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
	useEffect(() => { document.title = `${title} · WordClaw` }, [title])
	return <>
		<header class="page-head"><h1 tabIndex={-1}>{title}</h1><div class="row">{actions}</div></header>
		{children}
	</>
}

export function Card({ title, children, actions }: { title?: string; children: ComponentChildren; actions?: ComponentChildren }) {
	return <section class="card">{title && <div class="card-head"><h2>{title}</h2><div class="row">{actions}</div></div>}{children}</section>
}

export function Problem({ of: refusal }: { of: Refusal | null }) {
	if (!refusal) return null
	const isDenied = refusal.status === 403 && /REQUIRED|MISSING/.test(refusal.code)
	return <div class="problem" role="alert">
		<strong>{isDenied ? t('notAllowed') : t('problem')}: {refusal.message}</strong>
		{refusal.remediation && <p>{refusal.remediation}</p>}
		<p class="faint">{refusal.code}</p>
	</div>
}

/** What was asked for, or why it is not here. */
export function Shown<I extends Id>({ asked, children }: { asked: Asked<I>; children: (data: NonNullable<Asked<I>['data']>) => ComponentChildren }) {
	if (asked.problem) return <Problem of={asked.problem} />
	if (asked.data === null || asked.data === undefined) return <p class="faint" role="status">{t('loading')} …</p>
	return <>{children(asked.data)}</>
}

const tones: Record<string, string> = {
	published: 'good', approved: 'good', succeeded: 'good', delivered: 'good', active: 'good', allow: 'good', working: 'good', paid: 'good', accepted: 'good',
	failed: 'bad', dead: 'bad', rejected: 'bad', deny: 'bad', revoked: 'bad', quarantined: 'bad', exhausted: 'bad', expired: 'bad',
	pending: 'wait', queued: 'wait', changed: 'wait', in_review: 'wait', running: 'wait', paused: 'wait',
}
export function Badge({ text }: { text: string }) {
	return <span class={`badge ${tones[text] ?? ''}`}>{word(text)}</span>
}

export function Button({ onClick, children, kind = '', disabled, type = 'button', label }: {
	onClick?: () => void; children: ComponentChildren; kind?: '' | 'main' | 'danger' | 'quiet'; disabled?: boolean; type?: 'button' | 'submit'; label?: string
}) {
	return <button type={type} class={kind} onClick={onClick} disabled={disabled} aria-label={label}>{children}</button>
}

/** A modal dialog: the browser keeps the focus inside and Escape closes it. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
	const element = useRef<HTMLDialogElement>(null)
	const heading = useId()
	useEffect(() => { element.current?.showModal() }, [])
	return <dialog ref={element} aria-labelledby={heading} onClose={onClose}>
		<div class="card-head"><h2 id={heading}>{title}</h2><Button kind="quiet" onClick={() => element.current?.close()} label={t('close')}>✕</Button></div>
		{children}
	</dialog>
}

/** A button that asks before it does. */
export function Ask({ children, question, onYes, kind = 'danger', disabled }: {
	children: ComponentChildren; question: string; onYes: () => void; kind?: '' | 'danger' | 'quiet'; disabled?: boolean
}) {
	const [isOpen, setOpen] = useState(false)
	return <>
		<Button kind={kind} onClick={() => setOpen(true)} disabled={disabled}>{children}</Button>
		{isOpen && <Dialog title={question} onClose={() => setOpen(false)}>
			<div class="row end"><Button onClick={() => setOpen(false)}>{t('cancel')}</Button>
				<Button kind="danger" onClick={() => { setOpen(false); onYes() }}>{children}</Button></div>
		</Dialog>}
	</>
}

/** A secret that is shown once. */
export function Secret({ title, text, note, onClose }: { title: string; text: string; note: string; onClose: () => void }) {
	const [isCopied, setCopied] = useState(false)
	return <Dialog title={title} onClose={onClose}>
		<p>{note}</p>
		<p><code class="secret">{text}</code></p>
		<div class="row end">
			<span role="status" class="faint">{isCopied ? t('copied') : ''}</span>
			<Button kind="main" onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>{t('copy')}</Button>
			<Button onClick={onClose}>{t('close')}</Button>
		</div>
	</Dialog>
}

export function Facts({ of: facts }: { of: [string, ComponentChildren][] }) {
	return <dl class="facts">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
}
