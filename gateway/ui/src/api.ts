/** Operations of the registry as one typed function, and the tenant's events as they happen. */
import { routes, type Operations } from './registry'

export type Id = keyof Operations
export type Input<I extends Id> = Operations[I]['input']
export type Data<I extends Id> = Operations[I]['data']
export interface Answer<I extends Id> { data: Data<I>; meta: Operations[I]['meta'] }

export interface Violation { pointer: string; message: string }

/** What the API has refused. */
export class Refusal extends Error {
	constructor(readonly status: number, readonly code: string, message: string, readonly remediation: string,
		readonly violations: Violation[], readonly context: Record<string, unknown>) {
		super(message)
	}
}

const BUSY_TRIES = 3
let domain = localStorage.getItem('wordclaw.domain') ?? ''
let onSignedOut = () => {}

export const chosenDomain = () => domain
export function chooseDomain(id: string) {
	domain = id
	localStorage.setItem('wordclaw.domain', id)
}
export function whenSignedOut(then: () => void) { onSignedOut = then }

function headers(hasBody: boolean): Record<string, string> {
	return { 'x-wordclaw-console': '1', ...(domain ? { 'x-wordclaw-domain': domain } : {}), ...(hasBody ? { 'content-type': 'application/json' } : {}) }
}

function violationsOf(context: Record<string, unknown>, message: string): Violation[] {
	const list = (context.validation ?? context.errors ?? context.violations) as Violation[] | undefined
	if (Array.isArray(list)) return list.map(v => ({ pointer: v.pointer ?? '', message: v.message ?? message }))
	return typeof context.pointer === 'string' ? [{ pointer: context.pointer, message }] : []
}

async function refusalOf(response: Response): Promise<Refusal> {
	const body = await response.json().catch(() => ({}))
	const context = body.context ?? {}
	const message = body.message ?? response.statusText
	return new Refusal(response.status, body.code ?? 'UNREADABLE', message, body.remediation ?? '', violationsOf(context, message), context)
}

function requestOf(id: Id, input: Record<string, unknown>, isDryRun: boolean): [string, RequestInit] {
	const [method, path, query] = routes[id]
	const rest = { ...input }
	const take = (name: string) => {
		const value = rest[name]
		delete rest[name]
		return value
	}
	const target = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(take(name))))
	const search = new URLSearchParams(isDryRun ? { mode: 'dry_run' } : {})
	for (const name of query) {
		const value = take(name)
		if (value !== undefined && value !== '' && value !== null) search.set(name, String(value))
	}
	const hasBody = method !== 'GET' && Object.keys(rest).length > 0
	return [target + (search.size ? `?${search}` : ''), { method, headers: headers(hasBody), body: hasBody ? JSON.stringify(rest) : undefined }]
}

/** Ask for an operation, or in a dry run what it would do.  A busy service is asked again, as it says. */
export async function call<I extends Id>(id: I, input: Input<I>, signal?: AbortSignal, isDryRun = false): Promise<Answer<I>> {
	const [url, init] = requestOf(id, input as Record<string, unknown>, isDryRun)
	for (let tries = 1; ; tries++) {
		const response = await fetch(url, { ...init, signal }).catch(error => {
			if (signal?.aborted) throw error
			throw new Refusal(0, 'UNREACHABLE', 'the server cannot be reached', '', [], {})
		})
		if (response.ok) {
			const body = await response.json()
			return body && typeof body === 'object' && 'meta' in body ? body : { data: body, meta: {} as Answer<I>['meta'] }
		}
		const refusal = await refusalOf(response)
		const seconds = Number(response.headers.get('retry-after') ?? 1)
		if (refusal.status === 503 && tries < BUSY_TRIES) {
			await new Promise(done => setTimeout(done, Math.min(seconds, 2) * 1000))
			continue
		}
		if (refusal.status === 401 && id !== 'identity.sessions.create' && id !== 'identity.oidc.finish' && id !== 'identity.invites.accept' && id !== 'identity.factor.confirm') onSignedOut()
		throw refusal
	}
}

export interface LiveEvent { id: string; type: string; data: Record<string, unknown> }

function eventOf(block: string): LiveEvent | null {
	const event: LiveEvent = { id: '', type: '', data: {} }
	for (const line of block.split('\n')) {
		if (line.startsWith('id: ')) event.id = line.slice(4)
		if (line.startsWith('event: ')) event.type = line.slice(7)
		if (line.startsWith('data: ')) event.data = JSON.parse(line.slice(6))
	}
	return event.type ? event : null
}

async function readEvents(last: { id: string }, signal: AbortSignal, hear: (event: LiveEvent) => void, tell: (isLive: boolean) => void) {
	const response = await fetch('/api/events', { headers: { ...headers(false), ...(last.id ? { 'last-event-id': last.id } : {}) }, signal })
	if (!response.ok || !response.body) throw await refusalOf(response)
	const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
	let text = ''
	tell(true)
	for (let part = await reader.read(); !part.done; part = await reader.read()) {
		text += part.value
		const blocks = text.split('\n\n')
		text = blocks.pop() ?? ''
		for (const block of blocks) {
			const event = eventOf(block)
			if (!event) continue
			last.id = event.id
			hear(event)
		}
	}
}

/** Hear the tenant's events until the returned function is called; comes back by itself, without a gap. */
export function listen(hear: (event: LiveEvent) => void, tell: (isLive: boolean) => void): () => void {
	const stop = new AbortController()
	const last = { id: '' }
	let wait = 1000
	void (async () => {
		while (!stop.signal.aborted) {
			try {
				await readEvents(last, stop.signal, event => { wait = 1000; hear(event) }, tell)
			} catch (problem) {
				if (problem instanceof Refusal && (problem.status === 401 || problem.status === 403 || problem.status === 400)) break
			}
			tell(false)
			if (!stop.signal.aborted) await new Promise(done => setTimeout(done, wait))
			wait = Math.min(wait * 2, 30000)
		}
	})()
	return () => stop.abort()
}
