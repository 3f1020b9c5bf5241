/** An item's versions: what changed from each to the present one, and the way back. */
import { useState } from 'preact/hooks'
import { call } from '../api'
import { Ask, Badge, Button, Card, Page, Problem, Shown } from '../kit/parts'
import { Diff } from '../kit/Diff'
import { Table } from '../kit/Table'
import { usePages } from '../kit/usePages'
import { useDoing, useOperation } from '../kit/useOperation'
import { titleOf } from '../kit/values'
import { go } from '../router'
import { useSession } from '../session'
import { t, time } from '../texts'

export function History({ id }: { id: number }) {
	const { may } = useSession()
	const item = useOperation('content.items.get', { id })
	const versions = usePages('content.items.versions', { id, limit: 50 })
	const [chosen, setChosen] = useState<number | null>(null)
	const doing = useDoing()
	const old = versions.data?.find(one => one.version === chosen)
	const back = (version: number) => void doing.run(async () => {
		await call('content.items.rollback', { id, version, expectedVersion: item.data!.version })
		go(`/content/${id}`)
	})
	return <Page title={`${t('history')}: ${item.data ? titleOf(item.data.data) || id : id}`} actions={<a class="button" href={`#/content/${id}`}>{t('back')}</a>}>
		<Problem of={doing.problem} />
		{item.data && <p>{t('present')}: {item.data.version} <Badge text={item.data.status} /></p>}
		<Shown asked={versions}>{rows => <Table label={t('history')} rows={rows} keyOf={one => one.version} more={versions.more} columns={[
			{ head: t('version'), cell: one => one.version, isNumber: true }, { head: t('status'), cell: one => <Badge text={one.status} /> }, { head: t('title'), cell: one => titleOf(one.data) },
			{ head: t('created'), cell: one => time(one.createdAt) },
			{ head: t('madeBy'), cell: one => one.createdBy && <>{one.actorKind && <Badge text={one.actorKind} />} {one.createdBy}{one.surface && <span class="faint"> · {one.surface}</span>}
				{one.session && <span class="faint"> · {one.session}</span>}{one.changeSet && <> · <a href={`#/incident?kind=changeSet&label=${encodeURIComponent(one.changeSet)}`}>{one.changeSet}</a></>}</> },
			{ head: t('actions'), cell: one => <div class="row"><Button onClick={() => setChosen(one.version)}>{t('compare')}</Button>
				{may('content:write') && item.data && <Ask kind="" question={`${t('rollback')} (${one.version})?`} onYes={() => back(one.version)}>{t('rollback')}</Ask>}</div> }]} />}</Shown>
		{old && item.data && <Card title={`${t('version')} ${old.version} → ${item.data.version}`}><Diff before={old.data} after={item.data.data} /></Card>}
	</Page>
}
