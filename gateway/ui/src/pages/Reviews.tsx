/** What waits for a decision; j, k, a and r do it all. */
import { useEffect, useState } from 'preact/hooks'
import { call, type Data } from '../api'
import { Badge, Button, Card, Page, Problem, Shown } from '../kit/parts'
import { Choice, TextField } from '../kit/fields'
import { Diff } from '../kit/Diff'
import { usePages } from '../kit/usePages'
import { useDoing, useOperation } from '../kit/useOperation'
import { titleOf } from '../kit/values'
import { go, setQuery, type Place } from '../router'
import { useLive, useSession } from '../session'
import { t, time } from '../texts'
import { Comments } from './Comments'

type Task = Data<'workflow.reviews.get'>
const states = ['pending', 'approved', 'rejected', 'superseded', 'cancelled'] as const

function Task({ task, reason, setReason }: { task: Task; reason: string; setReason: (text: string) => void }) {
	const item = useOperation('content.items.get', { id: task.contentItemId })
	const published = useOperation('content.items.get', { id: task.contentItemId, draft: false })
	return <>
		<Card title={item.data ? titleOf(item.data.data) || `${t('item')} ${task.contentItemId}` : `${t('item')} ${task.contentItemId}`} actions={<a class="button" href={`#/content/${task.contentItemId}`}>{t('item')}</a>}>
			<p class="row"><Badge text={task.status} /><span>{task.fromState} → {task.toState}</span><span class="faint">{t('submittedBy')} {task.submittedBy} · {time(task.createdAt)}</span></p>
			<h3>{t('sincePublished')}</h3>
			{!published.data && published.problem && <p class="faint">{t('neverPublished')}</p>}
			<Shown asked={item}>{found => <Diff before={published.data?.data ?? {}} after={found.data} />}</Shown>
			{task.reason && <p>{t('reason')}: {task.reason}</p>}
			{task.status === 'pending' && <TextField label={t('reason')} value={reason} onInput={setReason} />}
		</Card>
		<Comments itemId={task.contentItemId} />
	</>
}

export function Reviews({ place, id }: { place: Place; id: number | null }) {
	const { may } = useSession()
	const status = (place.query.get('status') ?? 'pending') as typeof states[number]
	const tasks = usePages('workflow.reviews.list', { status, limit: 50 }, 'id')
	const [reason, setReason] = useState('')
	const doing = useDoing()
	const rows = tasks.data ?? []
	const at = Math.max(0, rows.findIndex(task => task.id === id))
	const named = useOperation('workflow.reviews.get', id && !rows.some(task => task.id === id) ? { id } : null)
	const task = rows.find(one => one.id === id) ?? (id ? named.data : null) ?? rows[0]
	useLive(['review_task'], tasks.again)
	const move = (step: number) => {
		const next = rows[at + step]
		if (next) go(`/reviews/${next.id}${status === 'pending' ? '' : `?status=${status}`}`)
	}
	const decide = (decision: 'approved' | 'rejected') => void doing.run(async () => {
		if (!task) return
		await call('workflow.reviews.decide', { id: task.id, decision, ...(reason ? { reason } : {}) })
		setReason('')
		const next = rows[at + 1] ?? rows[at - 1]
		go(next ? `/reviews/${next.id}` : '/reviews')
		tasks.again()
	})
	const isOpen = task?.status === 'pending' && (may('content:write') || may('content:review'))
	useEffect(() => {
		const press = (event: KeyboardEvent) => {
			const target = event.target as HTMLElement
			if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select, dialog, .json-editor')) return
			if (event.key === 'j') move(1)
			if (event.key === 'k') move(-1)
			if (event.key === 'a' && isOpen) decide('approved')
			if (event.key === 'r' && isOpen) decide('rejected')
		}
		addEventListener('keydown', press)
		return () => removeEventListener('keydown', press)
	})
	return <Page title={t('reviews')} actions={isOpen && <><Button kind="main" onClick={() => decide('approved')} disabled={doing.isBusy}>{t('approve')}</Button>
		<Button kind="danger" onClick={() => decide('rejected')} disabled={doing.isBusy}>{t('reject')}</Button></>}>
		<p class="faint">{t('reviewHelp')}</p>
		<Problem of={doing.problem} />
		<div class="split">
			<div>
				<Choice label={t('status')} value={status} options={states.map(one => [one, one])} onChange={value => setQuery({ parts: ['reviews'], query: new URLSearchParams() }, { status: value })} />
				<Shown asked={tasks}>{list => list.length === 0 ? <p class="faint">{t('nothing')}</p> : <ul class="queue">{list.map(one => <li key={one.id}>
					<a href={`#/reviews/${one.id}${status === 'pending' ? '' : `?status=${status}`}`} aria-current={task?.id === one.id ? 'true' : undefined}>{t('item')} {one.contentItemId}<br /><span class="faint">{one.fromState} → {one.toState} · {time(one.createdAt)}</span></a></li>)}</ul>}</Shown>
				{tasks.more && <Button onClick={tasks.more}>{t('more')}</Button>}
			</div>
			<div>{task && <Task key={task.id} task={task} reason={reason} setReason={setReason} />}</div>
		</div>
	</Page>
}
