/** The tenant's events as they happen. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { LiveEvent } from '../api'
import { Button, Page } from '../kit/parts'
import { Table } from '../kit/Table'
import { useSession } from '../session'
import { t, time } from '../texts'

const SHOWN_MAX = 200

export function Events() {
	const { hear } = useSession()
	const [events, setEvents] = useState<LiveEvent[]>([])
	const [isPaused, setPaused] = useState(false)
	const paused = useRef(false)
	paused.current = isPaused
	useEffect(() => hear(event => { if (!paused.current) setEvents(list => [event, ...list].slice(0, SHOWN_MAX)) }), [hear])
	return <Page title={t('events')} actions={<Button onClick={() => setPaused(!isPaused)}>{isPaused ? t('resume') : t('pause')}</Button>}>
		{events.length === 0 ? <p class="faint" role="status">{t('waiting')}</p> : <Table label={t('events')} rows={events} keyOf={event => event.id} columns={[
			{ head: t('when'), cell: event => time((event.data.occurredAt ?? event.data.createdAt) as string | undefined) }, { head: t('event'), cell: event => <code>{event.type}</code> },
			{ head: t('entity'), cell: event => String(event.data.entityId ?? '') }, { head: t('actor'), cell: event => String(event.data.actorId ?? '') },
			{ head: t('details'), cell: event => <details><summary>{t('details')}</summary><pre>{JSON.stringify(event.data, null, 2)}</pre></details> }]} />}
	</Page>
}
