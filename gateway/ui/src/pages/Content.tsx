/** The list of items. */
import { Badge, Page, Shown } from '../kit/parts'
import { Choice, TextField } from '../kit/fields'
import { Table } from '../kit/Table'
import { usePages } from '../kit/usePages'
import { useOperation } from '../kit/useOperation'
import { titleOf } from '../kit/values'
import { setQuery, type Place } from '../router'
import { useLive, useSession } from '../session'
import { t, time } from '../texts'

export function Content({ place }: { place: Place }) {
	const { may } = useSession()
	const type = place.query.get('type') ?? '', status = place.query.get('status') ?? '', q = place.query.get('q') ?? ''
	const types = useOperation('content.types.list', { limit: 500 })
	const pages = usePages('content.items.list', { contentTypeId: type ? Number(type) : undefined, status: status || undefined, q: q || undefined, limit: 50 })
	useLive(['content_item'], pages.again)
	const nameOf = (id: number) => types.data?.find(one => one.id === id)?.name ?? id
	const total = pages.answer?.meta.total
	return <Page title={t('content')} actions={may('content:write') && type ? <a class="button main" href={`#/content/new/${type}`}>{t('newItem')}</a> : null}>
		<form class="filters" onSubmit={event => event.preventDefault()}>
			<Choice label={t('type')} value={type} options={[['', t('allTypes')], ...(types.data ?? []).map((one): [string, string] => [String(one.id), one.name])]} onChange={value => setQuery(place, { type: value })} />
			<Choice label={t('status')} value={status} options={[['', '–'], ...['draft', 'in_review', 'published', 'archived'].map((one): [string, string] => [one, one])]} onChange={value => setQuery(place, { status: value })} />
			<TextField label={t('find')} type="search" value={q} onInput={value => setQuery(place, { q: value })} />
		</form>
		<Shown asked={pages}>{rows => <>
			<p class="faint" role="status">{total} {t('items')}</p>
			<Table label={t('content')} rows={rows} keyOf={item => item.id} more={pages.more} columns={[
				{ head: t('title'), cell: item => <a href={`#/content/${item.id}`}>{titleOf(item.data) || `${t('item')} ${item.id}`}</a> },
				{ head: t('type'), cell: item => nameOf(item.contentTypeId) }, { head: t('status'), cell: item => <Badge text={item.status} /> },
				{ head: t('published'), cell: item => <Badge text={item.publicationState} /> }, { head: t('version'), cell: item => item.version, isNumber: true },
				{ head: t('updated'), cell: item => time(item.updatedAt) }]} />
		</>}</Shown>
	</Page>
}
