/** API keys: shown once when they are made. */
import { useState } from 'preact/hooks'
import { call, type Data } from '../api'
import { Ask, Badge, Button, Dialog, Page, Problem, Secret, Shown } from '../kit/parts'
import { Check, TextField } from '../kit/fields'
import { Table } from '../kit/Table'
import { useDoing, useOperation } from '../kit/useOperation'
import { useLive } from '../session'
import { t, time } from '../texts'

const scopes = ['content:read', 'content:read:published', 'content:write', 'audit:read', 'admin']

function NewKey({ onMade, onClose }: { onMade: (key: string) => void; onClose: () => void }) {
	const [name, setName] = useState(''), [chosen, setChosen] = useState<string[]>(['content:read']), [expires, setExpires] = useState('')
	const doing = useDoing()
	const create = () => void doing.run(async () => {
		const { data } = await call('identity.keys.create', { name, scopes: chosen, ...(expires ? { expiresAt: new Date(expires).toISOString() } : {}) })
		onMade(data.apiKey)
	})
	return <Dialog title={t('newKey')} onClose={onClose}>
		<form onSubmit={event => { event.preventDefault(); create() }}>
			<TextField label={t('name')} value={name} onInput={setName} isRequired />
			<fieldset><legend>{t('scopes')}</legend>{scopes.map(scope => <Check key={scope} label={scope} value={chosen.includes(scope)} onChange={is => setChosen(is ? [...chosen, scope] : chosen.filter(one => one !== scope))} />)}</fieldset>
			<TextField label={t('expires')} type="datetime-local" value={expires} onInput={setExpires} />
			<Problem of={doing.problem} />
			<div class="row end"><Button onClick={onClose}>{t('cancel')}</Button><Button kind="main" type="submit" disabled={doing.isBusy || chosen.length === 0}>{t('create')}</Button></div>
		</form>
	</Dialog>
}

export function Keys() {
	const keys = useOperation('identity.keys.list', { limit: 500 })
	const [isOpen, setOpen] = useState(false), [secret, setSecret] = useState('')
	const doing = useDoing()
	useLive(['api_key'], keys.again)
	const rotate = (key: Data<'identity.keys.list'>[number]) => void doing.run(async () => setSecret((await call('identity.keys.rotate', { id: key.id })).data.apiKey))
	const revoke = (key: Data<'identity.keys.list'>[number]) => void doing.run(async () => { await call('identity.keys.revoke', { id: key.id }); keys.again() })
	return <Page title={t('keys')} actions={<Button kind="main" onClick={() => setOpen(true)}>{t('newKey')}</Button>}>
		<Problem of={doing.problem} />
		<Shown asked={keys}>{rows => <Table label={t('keys')} rows={rows} keyOf={key => key.id} columns={[
			{ head: t('name'), cell: key => <>{key.name}<br /><code class="faint">{key.keyPrefix}…</code>{key.clientName && <span class="faint"> · OAuth</span>}{key.parentId && <span class="faint"> · {t('comesOf')} {key.parentId}</span>}</> }, { head: t('scopes'), cell: key => key.scopes.join(', ') },
			{ head: t('status'), cell: key => <Badge text={key.revokedAt ? 'revoked' : 'working'} /> }, { head: t('lastUsed'), cell: key => time(key.lastUsedAt) }, { head: t('expires'), cell: key => time(key.endsAt ?? key.expiresAt) },
			{ head: t('actions'), cell: key => !key.revokedAt && <div class="row">{!key.clientName && <Ask kind="" question={t('confirmRotate')} onYes={() => rotate(key)}>{t('rotate')}</Ask>}
				<Ask question={t('confirmRevoke')} onYes={() => revoke(key)}>{t('revoke')}</Ask></div> }]} />}</Shown>
		{isOpen && <NewKey onClose={() => setOpen(false)} onMade={key => { setOpen(false); setSecret(key); keys.again() }} />}
		{secret && <Secret title={t('newKey')} text={secret} note={t('keyOnce')} onClose={() => { setSecret(''); keys.again() }} />}
	</Page>
}
