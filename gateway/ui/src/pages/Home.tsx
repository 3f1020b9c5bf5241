/** What needs somebody, and what happened last. */
import { Badge, Card, Page, Problem } from '../kit/parts'
import { Table } from '../kit/Table'
import { useOperation } from '../kit/useOperation'
import { useLive, useSession } from '../session'
import { t, time } from '../texts'
import { auditColumns } from './Audit'

export function Home() {
	const { may } = useSession()
	const reviews = useOperation('workflow.reviews.list', { status: 'pending', limit: 5 })
	const jobs = useOperation('jobs.list', { status: 'failed', limit: 5 })
	const webhooks = useOperation('webhooks.list', may('admin') ? { limit: 100 } : null)
	const audit = useOperation('audit.logs.list', may('audit:read') ? { limit: 10 } : null)
	useLive(['review_task', 'content_item'], reviews.again)
	useLive(['job', 'webhook', 'content_item', 'api_key', 'supervisor'], audit.again)
	const failing = (webhooks.data ?? []).filter(hook => hook.failingSince || hook.disabledReason)
	const isQuiet = reviews.data?.length === 0 && jobs.data?.length === 0 && failing.length === 0
	return <Page title={t('home')}>
		{isQuiet && <Card><p>✓ {t('allGood')}</p></Card>}
		<div class="grid">
			{!!reviews.data?.length && <Card title={t('pendingReviews')}>
				<ul class="plain">{reviews.data.map(task => <li key={task.id}><a href={`#/reviews/${task.id}`}>{t('item')} {task.contentItemId}</a> <span class="faint">{task.fromState} → {task.toState} · {time(task.createdAt)}</span></li>)}</ul>
			</Card>}
			{failing.length > 0 && <Card title={t('failingWebhooks')}>
				<ul class="plain">{failing.map(hook => <li key={hook.id}><a href={`#/webhooks/${hook.id}`}>{hook.url}</a> <span class="faint">{hook.disabledReason ?? time(hook.failingSince)}</span></li>)}</ul>
			</Card>}
			{!!jobs.data?.length && <Card title={t('setAside')}>
				<ul class="plain">{jobs.data.map(job => <li key={job.id}><a href={`#/jobs/${job.id}`}>{job.kind} {job.id}</a> <Badge text={job.status} /></li>)}</ul>
			</Card>}
		</div>
		<Problem of={reviews.problem ?? jobs.problem ?? webhooks.problem ?? audit.problem} />
		{audit.data && <Card title={t('recent')}><Table label={t('recent')} rows={audit.data} columns={auditColumns} keyOf={entry => entry.id} /></Card>}
	</Page>
}
