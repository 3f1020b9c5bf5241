/** Jobs: what waits, runs and has failed. */
import { call } from '../api'
import { Ask, Badge, Button, Card, Facts, Page, Problem, Shown } from '../kit/parts'
import { Choice } from '../kit/fields'
import { Table } from '../kit/Table'
import { usePages } from '../kit/usePages'
import { useDoing, useOperation } from '../kit/useOperation'
import { setQuery, type Place } from '../router'
import { useLive, useSession } from '../session'
import { t, time } from '../texts'

const states = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const

export function Jobs({ place }: { place: Place }) {
	const status = place.query.get('status') as typeof states[number] | null
	const jobs = usePages('jobs.list', { status: status ?? undefined, limit: 50 })
	const workers = useOperation('jobs.worker_status', {})
	useLive(['job'], () => { jobs.again(); workers.again() })
	return <Page title={t('jobs')} actions={<Button onClick={() => { jobs.again(); workers.again() }}>{t('refresh')}</Button>}>
		{workers.data && <p class="faint">{t('workers')}: {workers.data.workers} · {workers.data.queues.map(queue => `${queue.queue}: ${queue.queued} ${t('queued')}, ${queue.running} ${t('running')}`).join(' · ')}</p>}
		<div class="filters"><Choice label={t('status')} value={status ?? ''} options={[['', '–'], ...states.map((one): [string, string] => [one, one])]} onChange={value => setQuery(place, { status: value })} /></div>
		<Shown asked={jobs}>{rows => <Table label={t('jobs')} rows={rows} keyOf={job => job.id} more={jobs.more} columns={[
			{ head: t('kind'), cell: job => <a href={`#/jobs/${job.id}`}>{job.kind} {job.id}</a> }, { head: t('queue'), cell: job => job.queue }, { head: t('status'), cell: job => <Badge text={job.status} /> },
			{ head: t('attempts'), cell: job => `${job.attempts}/${job.maxAttempts}`, isNumber: true }, { head: t('runAt'), cell: job => time(job.runAt) }, { head: t('error'), cell: job => <span class="clip">{job.lastError ?? ''}</span> }]} />}</Shown>
	</Page>
}

export function JobPage({ id }: { id: number }) {
	const { may } = useSession()
	const job = useOperation('jobs.get', { id })
	const doing = useDoing()
	useLive(['job'], job.again)
	const run = (what: () => Promise<unknown>) => void doing.run(async () => { await what(); job.again() })
	return <Page title={`${t('jobs')} ${id}`} actions={job.data && may('content:write') && <>
		{job.data.status === 'failed' && <Button kind="main" onClick={() => run(() => call('jobs.retry', { id }))}>{t('retry')}</Button>}
		{job.data.status === 'queued' && <Ask question={`${t('cancel')}?`} onYes={() => run(() => call('jobs.cancel', { id }))}>{t('cancel')}</Ask>}</>}>
		<Problem of={doing.problem} />
		<Shown asked={job}>{found => <>
			<Card><Facts of={[[t('kind'), found.kind], [t('queue'), found.queue], [t('status'), <Badge text={found.status} />], [t('attempts'), `${found.attempts}/${found.maxAttempts}`], [t('runAt'), time(found.runAt)], [t('error'), found.lastError ?? '–']]} /></Card>
			<Card title={t('payload')}><pre>{JSON.stringify(found.payload, null, 2)}</pre></Card>
			{found.result !== null && <Card title={t('result')}><pre>{JSON.stringify(found.result, null, 2)}</pre></Card>}
		</>}</Shown>
	</Page>
}
