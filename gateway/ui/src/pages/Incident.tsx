/** When something went wrong: what would be taken back of what somebody did, what stays and why, and taking it back. */
import { useState } from 'preact/hooks'
import { call, type Data, type Input } from '../api'
import { Ask, Badge, Button, Card, Page, Problem } from '../kit/parts'
import { Choice, TextField } from '../kit/fields'
import { Table } from '../kit/Table'
import { useDoing } from '../kit/useOperation'
import { usePages } from '../kit/usePages'
import { setQuery, type Place } from '../router'
import { useSession } from '../session'
import { t, time } from '../texts'

type Plan = Data<'content.changes.undo'>
interface Row { what: string; link: string | null; outcome: string; reason: string }

const places: Record<string, string> = { content_type: 'types', webhook: 'webhooks', job: 'jobs', form_definition: 'forms' }
const rowsOf = (plan: Plan): Row[] => [
	...plan.results.map(one => ({ what: `${t('item')} ${one.contentItemId}`, link: `content/${one.contentItemId}`, outcome: one.outcome, reason: one.reason ?? '' })),
	...plan.others.map(one => ({ what: `${one.entityType} ${one.entityId}`, link: places[one.entityType] ? `${places[one.entityType]}/${one.entityId}` : null, outcome: one.outcome, reason: one.reason ?? '' })),
]

function wishOf(kind: string, label: string, since: string): Input<'content.changes.undo'> {
	if (kind === 'session') return { session: label }
	if (kind === 'actor') return { actorId: label, since: new Date(since || Date.now() - 86400000).toISOString() }
	return { changeSet: label }
}

export function Incident({ place }: { place: Place }) {
	const { may } = useSession()
	const kind = place.query.get('kind') ?? 'changeSet', label = place.query.get('label') ?? ''
	const [since, setSince] = useState(''), [plan, setPlan] = useState<{ plan: Plan; isDone: boolean } | null>(null)
	const sets = usePages('content.changesets.list', { limit: 20 })
	const doing = useDoing()
	const ask = (isDone: boolean) => void doing.run(async () => {
		const { data } = await call('content.changes.undo', wishOf(kind, label, since), undefined, !isDone)
		setPlan({ plan: data, isDone })
	})
	const choose = (query: Record<string, string>) => { setPlan(null); setQuery(place, query) }
	return <Page title={t('incident')}>
		<p>{t('incidentHelp')}</p>
		<form class="filters" onSubmit={event => { event.preventDefault(); ask(false) }}>
			<Choice label={t('whose')} value={kind} options={[['changeSet', t('changeSet')], ['session', t('session')], ['actor', t('actor')]]} onChange={value => choose({ kind: value })} />
			<TextField label={kind === 'actor' ? t('actor') : t('label')} value={label} onInput={value => choose({ label: value })} isRequired />
			{kind === 'actor' && <TextField label={t('since')} type="datetime-local" value={since} onInput={value => { setPlan(null); setSince(value) }} />}
			<Button kind="main" type="submit" disabled={doing.isBusy || !label}>{t('plan')}</Button>
		</form>
		<Problem of={doing.problem} />
		{plan && <Card title={plan.isDone ? t('takenBack') : t('plan')} actions={!plan.isDone && may('content:write') && plan.plan.undone > 0
			&& <Ask question={`${t('takeBack')} (${plan.plan.undone})?`} onYes={() => ask(true)} disabled={doing.isBusy}>{t('takeBack')}</Ask>}>
			<p role="status">{t('back')}: {plan.plan.undone}, {t('stays')}: {plan.plan.notUndone}{plan.isDone && <> · <a href={`#/incident?kind=changeSet&label=${encodeURIComponent(plan.plan.changeSet)}`}>{t('undoUndo')}</a></>}</p>
			<Table label={t('plan')} rows={rowsOf(plan.plan)} keyOf={row => row.what} columns={[
				{ head: t('entity'), cell: row => row.link ? <a href={`#/${row.link}`}>{row.what}</a> : row.what },
				{ head: t('outcome'), cell: row => <Badge text={row.outcome} /> }, { head: t('why'), cell: row => row.reason }]} />
		</Card>}
		<Card title={t('changeSets')}>
			<Problem of={sets.problem} />
			<Table label={t('changeSets')} rows={sets.data ?? []} keyOf={set => set.id} more={sets.more} columns={[
				{ head: t('name'), cell: set => <a href={`#/incident?kind=changeSet&label=${encodeURIComponent(set.changeSet)}`}>{set.name}</a> },
				{ head: t('why'), cell: set => set.reason ?? '' }, { head: t('actor'), cell: set => set.openedBy }, { head: t('when'), cell: set => time(set.openedAt) }]} />
		</Card>
	</Page>
}
