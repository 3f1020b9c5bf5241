/** Webhooks, what was sent to them, and each attempt. */
import { useState } from 'preact/hooks'
import { call } from '../api'
import { Ask, Badge, Button, Card, Dialog, Facts, Page, Problem, Secret, Shown } from '../kit/parts'
import { TextField } from '../kit/fields'
import { Table } from '../kit/Table'
import { usePages } from '../kit/usePages'
import { useDoing, useOperation } from '../kit/useOperation'
import { go } from '../router'
import { useLive } from '../session'
import { t, time } from '../texts'

function NewWebhook({ onMade, onClose }: { onMade: (secret: string) => void; onClose: () => void }) {
	const [url, setUrl] = useState(''), [events, setEvents] = useState('content_item.*')
	const doing = useDoing()
	const create = () => void doing.run(async () => onMade((await call('webhooks.create', { url, events: events.split(/[\s,]+/).filter(Boolean) })).data.secret ?? ''))
	return <Dialog title={t('webhooks')} onClose={onClose}>
		<form onSubmit={event => { event.preventDefault(); create() }}>
			<TextField label={t('url')} type="url" value={url} onInput={setUrl} isRequired /><TextField label={t('events')} value={events} onInput={setEvents} isRequired />
			<Problem of={doing.problem} />
			<div class="row end"><Button onClick={onClose}>{t('cancel')}</Button><Button kind="main" type="submit" disabled={doing.isBusy}>{t('create')}</Button></div>
		</form>
	</Dialog>
}

export function Webhooks() {
	const hooks = usePages('webhooks.list', { limit: 50 }, 'id')
	const [isOpen, setOpen] = useState(false), [secret, setSecret] = useState('')
	useLive(['webhook'], hooks.again)
	return <Page title={t('webhooks')} actions={<Button kind="main" onClick={() => setOpen(true)}>{t('create')}</Button>}>
		<Shown asked={hooks}>{rows => <Table label={t('webhooks')} rows={rows} keyOf={hook => hook.id} more={hooks.more} columns={[
			{ head: t('url'), cell: hook => <a class="break" href={`#/webhooks/${hook.id}`}>{hook.url}</a> }, { head: t('events'), cell: hook => hook.events.join(', ') },
			{ head: t('status'), cell: hook => <><Badge text={hook.active ? 'active' : 'paused'} />{hook.failingSince && <Badge text="failed" />}</> }, { head: t('updated'), cell: hook => time(hook.updatedAt) }]} />}</Shown>
		{isOpen && <NewWebhook onClose={() => setOpen(false)} onMade={made => { setOpen(false); setSecret(made); hooks.again() }} />}
		{secret && <Secret title={t('webhooks')} text={secret} note={t('keyOnce')} onClose={() => setSecret('')} />}
	</Page>
}

function Delivery({ id, onClose }: { id: number; onClose: () => void }) {
	const delivery = useOperation('webhooks.deliveries.get', { id })
	return <Dialog title={`${t('deliveries')} ${id}`} onClose={onClose}>
		<Shown asked={delivery}>{found => <>
			<Facts of={[[t('event'), found.delivery.eventType], [t('entity'), `${found.delivery.entityType} ${found.delivery.entityId}`], [t('status'), <Badge text={found.delivery.status} />], [t('error'), found.delivery.lastError ?? '–']]} />
			<Table label={t('attempts')} rows={found.tries} keyOf={one => one.attempt} columns={[
				{ head: '#', cell: one => one.attempt, isNumber: true }, { head: t('when'), cell: one => time(one.startedAt) }, { head: t('response'), cell: one => one.responseStatus ?? one.error ?? '' }, { head: 'ms', cell: one => one.durationMs, isNumber: true }]} />
			<pre>{JSON.stringify(found.event, null, 2)}</pre>
		</>}</Shown>
	</Dialog>
}

export function WebhookPage({ id }: { id: number }) {
	const hook = useOperation('webhooks.get', { id })
	const deliveries = usePages('webhooks.deliveries.list', { id, limit: 50 }, 'id')
	const [open, setOpen] = useState<number | null>(null)
	const doing = useDoing()
	const run = (what: () => Promise<unknown>) => void doing.run(async () => { await what(); hook.again(); deliveries.again() })
	useLive(['webhook'], hook.again)
	return <Page title={t('webhooks')} actions={hook.data && <><Button onClick={() => run(() => call('webhooks.test', { id }))}>{t('test')}</Button><Button onClick={deliveries.again}>{t('refresh')}</Button>
		<Button onClick={() => run(() => call('webhooks.update', { id, active: !hook.data!.active }))}>{hook.data.active ? t('pause') : t('resume')}</Button>
		<Ask question={t('confirmDelete')} onYes={() => void doing.run(async () => { await call('webhooks.delete', { id }); go('/webhooks') })}>{t('delete')}</Ask></>}>
		<Problem of={doing.problem} />
		<Shown asked={hook}>{found => <Card><Facts of={[[t('url'), <span class="break">{found.url}</span>], [t('events'), found.events.join(', ')], [t('status'), <Badge text={found.active ? 'active' : 'paused'} />], [t('error'), found.disabledReason ?? (found.failingSince ? time(found.failingSince) : '–')]]} /></Card>}</Shown>
		<Card title={t('deliveries')}><Shown asked={deliveries}>{rows => <Table label={t('deliveries')} rows={rows} keyOf={one => one.id} more={deliveries.more} columns={[
			{ head: t('event'), cell: one => one.eventType }, { head: t('status'), cell: one => <Badge text={one.status} /> }, { head: t('attempts'), cell: one => one.attempts, isNumber: true },
			{ head: t('response'), cell: one => one.responseStatus ?? one.lastError ?? '' }, { head: t('created'), cell: one => time(one.createdAt) },
			{ head: t('actions'), cell: one => <div class="row"><Button onClick={() => setOpen(one.id)}>{t('details')}</Button><Button onClick={() => run(() => call('webhooks.deliveries.redeliver', { id: one.id }))}>{t('replay')}</Button></div> }]} />}</Shown></Card>
		{open && <Delivery id={open} onClose={() => setOpen(null)} />}
	</Page>
}
