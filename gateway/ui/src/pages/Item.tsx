/** One item: its editor, what can be done with it, and what others do meanwhile. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { call, Refusal, type Data } from '../api'
import { Ask, Badge, Button, Card, Page, Problem, Shown } from '../kit/parts'
import { JsonEditor } from '../kit/JsonEditor'
import { SchemaForm, type Schema } from '../kit/SchemaForm'
import { useDoing, useOperation } from '../kit/useOperation'
import { same, titleOf } from '../kit/values'
import { go, guard } from '../router'
import { useSession } from '../session'
import { t, time } from '../texts'
import { Comments } from './Comments'
import { Conflict } from './Conflict'

type Item = Data<'content.items.get'>
type Document = Record<string, unknown>

const parse = (schema: string): Schema => { try { return JSON.parse(schema) } catch { return {} } }

/** What is typed is kept here until it is saved, also through a reload of the page. */
const draftKey = (name: string) => `wordclaw.draft.${name}`

function Editor({ type, item, onSaved }: { type: Data<'content.types.get'>; item: Item | null; onSaved: (item: Item) => void }) {
	const { may } = useSession()
	const name = item ? `item ${item.id} ${item.version}` : `type ${type.id}`
	const [data, setData] = useState<Document>(() => JSON.parse(localStorage.getItem(draftKey(name)) ?? 'null') ?? item?.data ?? {})
	const [isRaw, setRaw] = useState(false), [isBroken, setBroken] = useState(false)
	const [theirs, setTheirs] = useState<Item | null>(null)
	const doing = useDoing()
	const isDirty = !same(data, item?.data ?? {})
	const dirty = useRef(false), isSaved = useRef(false)
	dirty.current = isDirty && !isSaved.current
	useEffect(() => {
		if (isDirty) localStorage.setItem(draftKey(name), JSON.stringify(data))
		else localStorage.removeItem(draftKey(name))
	}, [data])
	useEffect(() => {
		guard(() => !dirty.current || confirm(t('leaveUnsaved')))
		const warn = (event: BeforeUnloadEvent) => { if (dirty.current) event.preventDefault() }
		addEventListener('beforeunload', warn)
		return () => { removeEventListener('beforeunload', warn); guard(() => true) }
	}, [])

	const write = (document: Document, version?: number) => doing.run(async () => {
		try {
			const answer = item ? await call('content.items.update', { id: item.id, data: document, expectedVersion: version ?? item.version })
				: await call('content.items.create', { contentTypeId: type.id, data: document })
			localStorage.removeItem(draftKey(name))
			isSaved.current = true
			dirty.current = false
			setTheirs(null)
			onSaved(answer.data as Item)
		} catch (problem) {
			if (!(problem instanceof Refusal) || problem.code !== 'VERSION_CONFLICT' || !item) throw problem
			setTheirs((await call('content.items.get', { id: item.id })).data)
		}
	})
	const violations = doing.problem?.violations.map(one => ({ ...one, pointer: one.pointer.replace(/^\/data(?=\/|$)/, '') })) ?? []
	const change = (value: unknown) => setData((value ?? {}) as Document)
	const isHeld = !may('content:write')
	return <Card title={type.name} actions={<Button kind="quiet" onClick={() => setRaw(!isRaw)}>{isRaw ? t('edit') : t('rawJson')}</Button>}>
		<form noValidate class={isHeld ? 'held' : ''} onSubmit={event => { event.preventDefault(); void write(data) }}>
			{isRaw || isHeld ? <JsonEditor key="raw" label={t('rawJson')} value={data} onChange={change} onBroken={setBroken} isReadOnly={isHeld} />
				: <SchemaForm schema={parse(type.schema)} value={data} onChange={change} violations={violations} onBroken={setBroken} />}
			<Problem of={doing.problem} />
			{!isHeld && <div class="row sticky"><Button kind="main" type="submit" disabled={doing.isBusy || isBroken || (!isDirty && !!item)}>{t('save')}</Button>
				<span class="faint" role="status">{isDirty ? t('unsaved') : ''}</span></div>}
		</form>
		{theirs && item && <Conflict base={item.data} theirs={theirs.data} mine={data} onClose={() => setTheirs(null)} onMerged={merged => void write(merged, theirs.version)} />}
	</Card>
}

export function NewItem({ typeId }: { typeId: number }) {
	const type = useOperation('content.types.get', { id: typeId })
	return <Page title={t('newItem')}><Shown asked={type}>{found => <Editor type={found} item={null} onSaved={item => go(`/content/${item.id}`)} />}</Shown></Page>
}

function Actions({ item, onChanged }: { item: Item; onChanged: () => void }) {
	const { may } = useSession()
	const [isDeleted, setDeleted] = useState(false)
	const workflow = useOperation('workflow.workflows.active', { contentTypeId: item.contentTypeId })
	const doing = useDoing()
	const run = (what: () => Promise<unknown>) => void doing.run(async () => { await what(); onChanged() })
	if (!may('content:write')) return null
	if (isDeleted) return <Card><p role="status">{t('deletedItem')}</p><Problem of={doing.problem} /><div class="row">
		<Button kind="main" onClick={() => run(async () => { await call('content.items.restore', { id: item.id }); setDeleted(false) })}>{t('restore')}</Button><a class="button" href="#/content">{t('back')}</a></div></Card>
	return <div class="row">
		{workflow.data ? <Button onClick={() => run(() => call('workflow.reviews.submit', { contentItemId: item.id }))}>{t('submit')}</Button>
			: item.publicationState !== 'published' && <Button kind="main" onClick={() => run(() => call('content.items.publish', { id: item.id, expectedVersion: item.version }))}>{t('publish')}</Button>}
		{item.publicationState !== 'draft' && <Button onClick={() => run(() => call('content.items.unpublish', { id: item.id, expectedVersion: item.version }))}>{t('unpublish')}</Button>}
		<Ask question={t('confirmDelete')} onYes={() => void doing.run(async () => { await call('content.items.delete', { id: item.id }); setDeleted(true) })}>{t('delete')}</Ask>
		<Problem of={doing.problem} />
	</div>
}

export function ItemPage({ id }: { id: number }) {
	const { hear } = useSession()
	const item = useOperation('content.items.get', { id })
	const type = useOperation('content.types.get', item.data ? { id: item.data.contentTypeId } : null)
	const [isStale, setStale] = useState(false)
	const seen = useRef(0)
	seen.current = item.data?.version ?? 0
	useEffect(() => hear(event => {
		const about = event.data as { entityId?: number; entityVersion?: number }
		if (event.type.startsWith('content_item.') && about.entityId === id && (about.entityVersion ?? 0) > seen.current && seen.current) setStale(true)
	}), [hear, id])
	const load = () => { setStale(false); item.again() }
	return <Page title={item.data ? titleOf(item.data.data) || `${t('item')} ${id}` : `${t('item')} ${id}`}
		actions={<><a class="button" href={`#/content/${id}/history`}>{t('history')}</a></>}>
		{isStale && <div class="notice" role="status">{t('stale')} <Button onClick={load}>{t('showTheirs')}</Button></div>}
		<Shown asked={item}>{found => <>
			<p class="row"><Badge text={found.status} /><Badge text={found.publicationState} /><span class="faint">{t('version')} {found.version} · {time(found.updatedAt)}</span></p>
			<Actions item={found} onChanged={load} />
			<Shown asked={type}>{schema => <Editor key={`${id} ${found.version}`} type={schema} item={found} onSaved={load} />}</Shown>
			<Comments itemId={id} />
		</>}</Shown>
	</Page>
}
