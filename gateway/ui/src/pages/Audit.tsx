/** The trail: filters, details, and whether its chain holds. */
import { useState } from 'preact/hooks'
import { call, type Data, type Input } from '../api'
import { Button, Page, Problem, Shown } from '../kit/parts'
import { Choice, TextField } from '../kit/fields'
import { Table, type Column } from '../kit/Table'
import { useDoing } from '../kit/useOperation'
import { usePages } from '../kit/usePages'
import { choices } from '../registry'
import { setQuery, type Place } from '../router'
import { useLive } from '../session'
import { t, time } from '../texts'

type Entry = Data<'audit.logs.list'>[number]

const known = choices['audit.logs.list'] ?? {}
const options = (name: string): [string, string][] => [['', '–'], ...(known[name] ?? []).map((value): [string, string] => [value, value])]
/** Whatever an address says, only what exists is asked for. */
const among = (name: string, value: string) => known[name]?.includes(value) ? value : ''

const places: Record<string, string> = { content_item: 'content', content_type: 'types', webhook: 'webhooks', job: 'jobs', form_definition: 'forms', review_task: 'reviews' }
const entity = (entry: Entry) => {
	const text = `${entry.entityType} ${entry.entityId}`
	return places[entry.entityType] ? <a href={`#/${places[entry.entityType]}/${entry.entityId}`}>{text}</a> : text
}
export const auditColumns: Column<Entry>[] = [
	{ head: t('when'), cell: entry => time(entry.createdAt) }, { head: t('action'), cell: entry => entry.action }, { head: t('entity'), cell: entity },
	{ head: t('actor'), cell: entry => entry.actorId ?? '' },
]

export function Audit({ place }: { place: Place }) {
	const query = (name: string) => place.query.get(name) ?? ''
	const pages = usePages('audit.logs.list', { entityType: among('entityType', query('entityType')), action: among('action', query('action')), actorId: query('actorId'), limit: 50 } as Input<'audit.logs.list'>)
	const [verdict, setVerdict] = useState('')
	const doing = useDoing()
	useLive(['content_item', 'content_type', 'api_key', 'supervisor', 'session', 'webhook', 'job', 'review_task'], pages.again)
	const verify = () => void doing.run(async () => {
		let from = 1, checked = 0
		for (;;) {
			const { data } = await call('audit.logs.verify', { from })
			checked += data.checkedEntries
			setVerdict(`${t('intact')}: ${checked}`)
			if (!data.isIntact) return setVerdict(`${t('broken')} ${data.firstBreak?.number ?? ''}`)
			if (data.isComplete || !data.lastNumber) return
			from = data.lastNumber + 1
		}
	})
	const filter = (name: string) => (text: string) => setQuery(place, { [name]: text })
	return <Page title={t('audit')} actions={<><span role="status">{verdict}</span><Button onClick={verify} disabled={doing.isBusy}>{t('verify')}</Button></>}>
		<form class="filters" onSubmit={event => event.preventDefault()}>
			<Choice label={t('entity')} value={query('entityType')} options={options('entityType')} onChange={filter('entityType')} />
			<Choice label={t('action')} value={query('action')} options={options('action')} onChange={filter('action')} />
			<TextField label={t('actor')} value={query('actorId')} onInput={filter('actorId')} />
		</form>
		<Problem of={doing.problem} />
		<Shown asked={pages}>{rows => <Table label={t('audit')} rows={rows} keyOf={entry => entry.id} more={pages.more}
			columns={[{ head: t('number'), cell: entry => entry.number, isNumber: true }, ...auditColumns,
				{ head: t('details'), cell: entry => entry.details && <details><summary>{t('details')}</summary><pre>{entry.details}</pre></details> }]} />}</Shown>
	</Page>
}
