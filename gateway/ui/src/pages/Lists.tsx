/** Payments and offers, policy decisions: to look at. */
import { Badge, Card, Page, Shown } from '../kit/parts'
import { Choice, TextField } from '../kit/fields'
import { Table } from '../kit/Table'
import { usePages } from '../kit/usePages'
import { useOperation } from '../kit/useOperation'
import { setQuery, type Place } from '../router'
import { useLive } from '../session'
import { t, time } from '../texts'

export function Payments() {
	const payments = usePages('payments.list', { limit: 50 })
	const offers = usePages('payments.offers.list', { limit: 50 }, 'id')
	const summary = useOperation('payments.summary', {})
	useLive(['payment', 'offer'], () => { payments.again(); offers.again(); summary.again() })
	return <Page title={t('payments')}>
		{summary.data && <div class="grid">{summary.data.totals.map(total => <Card key={total.status}><p class="big">{total.satoshis} sats</p><p><Badge text={total.status} /> <span class="faint">{total.count}</span></p></Card>)}</div>}
		<Card title={t('payments')}><Shown asked={payments}>{rows => <Table label={t('payments')} rows={rows} keyOf={one => one.id} more={payments.more} columns={[
			{ head: t('created'), cell: one => time(one.createdAt) }, { head: t('status'), cell: one => <Badge text={one.status} /> }, { head: t('amount'), cell: one => `${one.amountSatoshis} sats`, isNumber: true },
			{ head: t('operation'), cell: one => <code>{one.method} {one.resourcePath}</code> }, { head: t('actor'), cell: one => one.actorId ?? '' }]} />}</Shown></Card>
		<Card title={t('offers')}><Shown asked={offers}>{rows => <Table label={t('offers')} rows={rows} keyOf={one => one.id} more={offers.more} columns={[
			{ head: t('name'), cell: one => one.name }, { head: t('slug'), cell: one => <code>{one.slug}</code> }, { head: t('kind'), cell: one => one.scopeType }, { head: t('price'), cell: one => `${one.priceSats} sats`, isNumber: true },
			{ head: t('status'), cell: one => <Badge text={one.active ? 'active' : 'paused'} /> }]} />}</Shown></Card>
	</Page>
}

export function Decisions({ place }: { place: Place }) {
	const outcome = (place.query.get('outcome') ?? '') as '' | 'allow' | 'deny', principalId = place.query.get('principal') ?? ''
	const decisions = usePages('identity.decisions.list', { outcome: outcome || undefined, principalId: principalId || undefined, limit: 50 })
	return <Page title={t('decisions')}>
		<form class="filters" onSubmit={event => event.preventDefault()}>
			<Choice label={t('outcome')} value={outcome} options={[['', '–'], ['allow', 'allow'], ['deny', 'deny']]} onChange={value => setQuery(place, { outcome: value })} />
			<TextField label={t('principal')} value={principalId} onInput={value => setQuery(place, { principal: value })} />
		</form>
		<Shown asked={decisions}>{rows => <Table label={t('decisions')} rows={rows} keyOf={one => one.id} more={decisions.more} columns={[
			{ head: t('when'), cell: one => time(one.createdAt) }, { head: t('principal'), cell: one => one.principalId ?? '' }, { head: t('operation'), cell: one => <code>{one.operation}</code> },
			{ head: t('surface'), cell: one => one.environment }, { head: t('outcome'), cell: one => <Badge text={one.outcome} /> }, { head: t('rule'), cell: one => <span title={one.remediation ?? ''}>{one.code}</span> }]} />}</Shown>
	</Page>
}
