/** Content types and their schemas. */
import { useState } from 'preact/hooks'
import { call, type Data } from '../api'
import { Ask, Badge, Button, Card, Page, Problem, Shown } from '../kit/parts'
import { Choice, TextField } from '../kit/fields'
import { JsonEditor } from '../kit/JsonEditor'
import { Table } from '../kit/Table'
import { useDoing, useOperation } from '../kit/useOperation'
import { go } from '../router'
import { useLive, useSession } from '../session'
import { t, time } from '../texts'

export function Types() {
	const { may } = useSession()
	const types = useOperation('content.types.list', { limit: 500, includeStats: true })
	useLive(['content_type'], types.again)
	return <Page title={t('types')} actions={may('content:write') && <a class="button main" href="#/types/new">{t('newType')}</a>}>
		<Shown asked={types}>{rows => <Table label={t('types')} rows={rows} keyOf={type => type.id} columns={[
			{ head: t('name'), cell: type => <a href={`#/types/${type.id}`}>{type.name}</a> }, { head: t('slug'), cell: type => <code>{type.slug}</code> }, { head: t('kind'), cell: type => <Badge text={type.kind} /> },
			{ head: t('items'), cell: type => <a href={`#/content?type=${type.id}`}>{type.stats?.itemCount ?? 0}</a>, isNumber: true }, { head: t('updated'), cell: type => time(type.updatedAt) }]} />}</Shown>
	</Page>
}

const blank = { type: 'object', properties: { title: { type: 'string', minLength: 1 } }, required: ['title'] }

function Editor({ type, onSaved }: { type: Data<'content.types.get'> | null; onSaved: (id: number) => void }) {
	const { may } = useSession()
	const [name, setName] = useState(type?.name ?? ''), [slug, setSlug] = useState(type?.slug ?? ''), [description, setDescription] = useState(type?.description ?? '')
	const [kind, setKind] = useState(type?.kind ?? 'collection')
	const [schema, setSchema] = useState<unknown>(type ? JSON.parse(type.schema) : blank)
	const [isBroken, setBroken] = useState(false)
	const doing = useDoing()
	const isHeld = !may('content:write')
	const at = (pointer: string) => doing.problem?.violations.find(one => one.pointer === pointer)?.message
	const save = () => void doing.run(async () => {
		const fields = { name, slug, kind, schema, ...(description ? { description } : {}) }
		const { data } = type ? await call('content.types.update', { id: type.id, ...fields, expectedVersion: type.version }) : await call('content.types.create', fields)
		onSaved(data.id)
	})
	return <Card>
		<form onSubmit={event => { event.preventDefault(); save() }}>
			<div class="filters"><TextField label={t('name')} value={name} onInput={setName} isRequired problem={at('/name')} /><TextField label={t('slug')} value={slug} onInput={setSlug} isRequired problem={at('/slug')} />
				<Choice label={t('kind')} value={kind} options={[['collection', t('collection')], ['singleton', t('singleton')]]} onChange={value => setKind(value as 'collection')} /></div>
			<TextField label={t('description')} value={description} onInput={setDescription} />
			<p class="label">{t('schema')}</p>
			<JsonEditor label={t('schema')} value={schema} onChange={setSchema} onBroken={setBroken} isReadOnly={isHeld} />
			<Problem of={doing.problem} />
			{!isHeld && <Button kind="main" type="submit" disabled={doing.isBusy || isBroken}>{t('save')}</Button>}
		</form>
	</Card>
}

export function NewType() {
	return <Page title={t('newType')}><Editor type={null} onSaved={id => go(`/types/${id}`)} /></Page>
}

export function TypePage({ id }: { id: number }) {
	const { may } = useSession()
	const type = useOperation('content.types.get', { id })
	const doing = useDoing()
	const remove = () => void doing.run(async () => { await call('content.types.delete', { id }); go('/types') })
	return <Page title={type.data?.name ?? t('type')} actions={<><a class="button" href={`#/content?type=${id}`}>{t('items')}</a>
		{may('content:write') && <Ask question={t('confirmDelete')} onYes={remove}>{t('delete')}</Ask>}</>}>
		<Problem of={doing.problem} />
		<Shown asked={type}>{found => <Editor key={found.version} type={found} onSaved={type.again} />}</Shown>
	</Page>
}
