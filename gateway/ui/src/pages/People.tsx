/** People, invitations and sessions; one's own account. */
import { useState } from 'preact/hooks'
import { call } from '../api'
import { Ask, Button, Card, Dialog, Page, Problem, Secret, Shown } from '../kit/parts'
import { Choice, TextField } from '../kit/fields'
import { Table } from '../kit/Table'
import { useDoing, useOperation } from '../kit/useOperation'
import { useLive, useSession } from '../session'
import { SecondFactor } from './SecondFactor'
import { t, time, word } from '../texts'

const roles = ['tenant_admin', 'editor', 'reviewer', 'read_only'] as const
type Role = typeof roles[number] | 'platform'

function NewInvite({ onMade, onClose }: { onMade: (link: string) => void; onClose: () => void }) {
	const { may } = useSession()
	const [email, setEmail] = useState(''), [role, setRole] = useState<Role>('editor')
	const doing = useDoing()
	const options: Role[] = may('platform') ? [...roles, 'platform'] : [...roles]
	const invite = () => void doing.run(async () => onMade(location.origin + (await call('identity.invites.create', { email, role })).data.invitePath))
	return <Dialog title={t('invite')} onClose={onClose}>
		<form onSubmit={event => { event.preventDefault(); invite() }}>
			<TextField label={t('email')} type="email" value={email} onInput={setEmail} isRequired />
			<Choice label={t('role')} value={role} options={options.map(one => [one, word(one)])} onChange={value => setRole(value as Role)} />
			<Problem of={doing.problem} />
			<div class="row end"><Button onClick={onClose}>{t('cancel')}</Button><Button kind="main" type="submit" disabled={doing.isBusy}>{t('invite')}</Button></div>
		</form>
	</Dialog>
}

export function People() {
	const { me, may } = useSession()
	const people = useOperation('identity.supervisors.list', { limit: 500 })
	const invites = useOperation('identity.invites.list', { limit: 100 })
	const [isOpen, setOpen] = useState(false), [link, setLink] = useState('')
	const doing = useDoing()
	useLive(['supervisor', 'supervisor_invite', 'session'], () => { people.again(); invites.again() })
	const run = (what: () => Promise<unknown>) => void doing.run(async () => { await what(); people.again(); invites.again() })
	const reset = (id: number) => run(async () => setLink(location.origin + (await call('identity.supervisors.reset', { id })).data.invitePath))
	return <Page title={t('people')} actions={<Button kind="main" onClick={() => setOpen(true)}>{t('invite')}</Button>}>
		<Problem of={doing.problem} />
		<Shown asked={people}>{rows => <Table label={t('people')} rows={rows} keyOf={one => one.id} columns={[
			{ head: t('email'), cell: one => one.email },
			{ head: t('role'), cell: one => one.id === me.supervisor.id || one.role === 'platform' ? word(one.role)
				: <select aria-label={`${t('role')}: ${one.email}`} value={one.role} onChange={event => { const role = event.currentTarget.value as typeof roles[number]; run(() => call('identity.supervisors.update', { id: one.id, role })) }}>
					{roles.map(role => <option key={role} value={role} selected={role === one.role}>{word(role)}</option>)}</select> },
			{ head: t('tenant'), cell: one => one.domainId ?? t('platform') }, { head: t('lastLogin'), cell: one => time(one.lastLoginAt) },
			{ head: t('actions'), cell: one => one.id !== me.supervisor.id && <div class="row">{may('platform') && <Button onClick={() => reset(one.id)}>{t('resetPassword')}</Button>}
				<Ask question={t('confirmRemove')} onYes={() => run(() => call('identity.supervisors.delete', { id: one.id }))}>{t('remove')}</Ask></div> }]} />}</Shown>
		<Card title={t('invitations')}><Shown asked={invites}>{rows => <Table label={t('invitations')} rows={rows} keyOf={one => one.id} columns={[
			{ head: t('email'), cell: one => one.email ?? '–' }, { head: t('role'), cell: one => word(one.role) }, { head: t('expires'), cell: one => time(one.expiresAt) },
			{ head: t('actions'), cell: one => <Ask question={t('confirmRevoke')} onYes={() => run(() => call('identity.invites.revoke', { id: one.id }))}>{t('revoke')}</Ask> }]} />}</Shown></Card>
		<Sessions />
		{isOpen && <NewInvite onClose={() => setOpen(false)} onMade={made => { setOpen(false); setLink(made); invites.again() }} />}
		{link && <Secret title={t('invite')} text={link} note={t('linkOnce')} onClose={() => setLink('')} />}
	</Page>
}

function Sessions() {
	const { me } = useSession()
	const sessions = useOperation('identity.sessions.list', { limit: 100 })
	const doing = useDoing()
	const end = (id: number) => void doing.run(async () => { await call('identity.sessions.revoke', { id }); sessions.again() })
	return <Card title={t('sessions')}>
		<Problem of={doing.problem} />
		<Shown asked={sessions}>{rows => <Table label={t('sessions')} rows={rows} keyOf={one => one.id} columns={[
			{ head: t('email'), cell: one => one.email }, { head: t('browser'), cell: one => <span class="clip">{one.userAgent ?? ''}</span> }, { head: t('lastSeen'), cell: one => time(one.lastSeenAt) },
			{ head: t('expires'), cell: one => time(one.expiresAt) },
			{ head: t('actions'), cell: one => one.id === me.sessionId ? <span class="faint">{t('thisSession')}</span> : <Button onClick={() => end(one.id)}>{t('end')}</Button> }]} />}</Shown>
	</Card>
}

export function Account() {
	const { me, may } = useSession()
	const [currentPassword, setCurrent] = useState(''), [newPassword, setNew] = useState(''), [isDone, setDone] = useState(false)
	const doing = useDoing()
	const change = () => void doing.run(async () => {
		await call('identity.supervisors.password', { currentPassword, newPassword })
		setCurrent('')
		setNew('')
		setDone(true)
	})
	return <Page title={t('account')}>
		<Card><p><strong>{me.supervisor.email}</strong> · {word(me.supervisor.role)}{me.domain && <> · {me.domain.name}</>}</p></Card>
		<Card title={t('changePassword')}>
			<form class="narrow" onSubmit={event => { event.preventDefault(); change() }}>
				<input type="text" class="unseen" autocomplete="username" value={me.supervisor.email} readOnly tabIndex={-1} aria-hidden="true" />
				<TextField label={t('currentPassword')} type="password" autocomplete="current-password" value={currentPassword} onInput={setCurrent} isRequired />
				<TextField label={t('newPassword')} type="password" autocomplete="new-password" value={newPassword} onInput={setNew} isRequired minLength={8} />
				<Problem of={doing.problem} />
				<p role="status">{isDone ? t('passwordChanged') : ''}</p>
				<Button kind="main" type="submit" disabled={doing.isBusy}>{t('changePassword')}</Button>
			</form>
		</Card>
		<SecondFactor />
		{!may('admin') && <Sessions />}
	</Page>
}
