/** Forms, what was sent, and what is held back. */
import { call, type Data } from '../api'
import { Ask, Badge, Button, Card, Facts, Page, Problem, Shown } from '../kit/parts'
import { Choice } from '../kit/fields'
import { Table } from '../kit/Table'
import { usePages } from '../kit/usePages'
import { useDoing, useOperation } from '../kit/useOperation'
import { setQuery, type Place } from '../router'
import { useLive, useSession } from '../session'
import { t, time } from '../texts'

export function Forms() {
	const forms = usePages('forms.definitions.list', { limit: 50 }, 'id')
	useLive(['form_definition'], forms.again)
	return <Page title={t('forms')}>
		<Shown asked={forms}>{rows => <Table label={t('forms')} rows={rows} keyOf={form => form.id} more={forms.more} columns={[
			{ head: t('name'), cell: form => <a href={`#/forms/${form.id}`}>{form.name}</a> }, { head: t('slug'), cell: form => <code>{form.slug}</code> }, { head: t('type'), cell: form => form.contentTypeName },
			{ head: t('status'), cell: form => <Badge text={form.active ? 'active' : 'paused'} /> }, { head: t('updated'), cell: form => time(form.updatedAt) }]} />}</Shown>
	</Page>
}

const states = ['received', 'created', 'refused', 'quarantined', 'rejected', 'erased'] as const

export function FormPage({ id, place }: { id: number; place: Place }) {
	const { may } = useSession()
	const status = place.query.get('status') as typeof states[number] | null
	const form = useOperation('forms.definitions.get', { id })
	const sent = usePages('forms.submissions.list', { id, status: status ?? undefined, limit: 50 }, 'id')
	const doing = useDoing()
	useLive(['form_submission'], sent.again)
	const run = (what: () => Promise<unknown>) => void doing.run(async () => { await what(); sent.again() })
	const actions = (one: Data<'forms.submissions.list'>[number]) => may('content:write') && <div class="row">
		{one.status === 'quarantined' && <Button onClick={() => run(() => call('forms.submissions.release', { id: one.id }))}>{t('release')}</Button>}
		{one.status !== 'erased' && <Ask question={t('confirmErase')} onYes={() => run(() => call('forms.submissions.erase', { id: one.id }))}>{t('erase')}</Ask>}</div>
	return <Page title={form.data?.name ?? t('forms')} actions={form.data && may('content:write') && <Button onClick={() => void doing.run(async () => { await call('forms.definitions.update', { id, active: !form.data!.active }); form.again() })}>{form.data.active ? t('pause') : t('resume')}</Button>}>
		<Problem of={doing.problem} />
		<Shown asked={form}>{found => <Card><Facts of={[[t('slug'), <code>{found.slug}</code>], [t('type'), found.contentTypeName], [t('status'), <Badge text={found.active ? 'active' : 'paused'} />]]} />
			<details><summary>{t('field')}</summary><pre>{JSON.stringify(found.fields, null, 2)}</pre></details></Card>}</Shown>
		<Card title={t('submissions')}>
			<div class="filters"><Choice label={t('status')} value={status ?? ''} options={[['', '–'], ...states.map((one): [string, string] => [one, one])]} onChange={value => setQuery(place, { status: value })} /></div>
			<Shown asked={sent}>{rows => <Table label={t('submissions')} rows={rows} keyOf={one => one.id} more={sent.more} columns={[
				{ head: t('id'), cell: one => one.id, isNumber: true }, { head: t('created'), cell: one => time(one.createdAt) }, { head: t('status'), cell: one => <Badge text={one.status} /> }, { head: t('verdict'), cell: one => one.verdict },
				{ head: t('data'), cell: one => <details><summary>{t('data')}</summary><pre>{JSON.stringify(one.data, null, 2)}</pre></details> },
				{ head: t('item'), cell: one => one.contentItemId && <a href={`#/content/${one.contentItemId}`}>{one.contentItemId}</a> }, { head: t('actions'), cell: actions }]} />}</Shown>
		</Card>
	</Page>
}
