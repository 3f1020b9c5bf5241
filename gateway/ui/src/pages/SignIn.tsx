/** Signing in, and accepting an invitation. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { call, type Data } from '../api'
import { Button, Problem } from '../kit/parts'
import { TextField } from '../kit/fields'
import { useDoing } from '../kit/useOperation'
import { t, word } from '../texts'

function Door({ title, children }: { title: string; children: ComponentChildren }) {
	useEffect(() => { document.title = `${title} · WordClaw` }, [title])
	return <main class="door"><div class="card"><p class="brand">WordClaw</p><h1>{title}</h1>{children}</div></main>
}

const submitting = (then: () => void) => (event: Event) => { event.preventDefault(); then() }

export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
	const [email, setEmail] = useState(''), [password, setPassword] = useState('')
	const doing = useDoing()
	const signIn = () => void doing.run(async () => { await call('identity.sessions.create', { email, password }); onSignedIn() })
	return <Door title={t('signIn')}>
		<form onSubmit={submitting(signIn)}>
			<TextField label={t('email')} type="email" autocomplete="username" value={email} onInput={setEmail} isRequired />
			<TextField label={t('password')} type="password" autocomplete="current-password" value={password} onInput={setPassword} isRequired />
			<Problem of={doing.problem} />
			<Button kind="main" type="submit" disabled={doing.isBusy}>{t('signIn')}</Button>
		</form>
	</Door>
}

export function Invite({ token, onSignedIn }: { token: string; onSignedIn: () => void }) {
	const [invite, setInvite] = useState<Data<'identity.invites.inspect'> | null>(null)
	const [email, setEmail] = useState(''), [password, setPassword] = useState('')
	const looking = useDoing(), doing = useDoing()
	useEffect(() => { void looking.run(async () => setInvite((await call('identity.invites.inspect', { token })).data)) }, [token])
	const accept = () => void doing.run(async () => {
		await call('identity.invites.accept', { token, password, ...(invite?.email ? {} : { email }) })
		onSignedIn()
	})
	if (!invite) return <Door title={looking.problem ? t('badLink') : `${t('loading')} …`}><Problem of={looking.problem} />{looking.problem && <p><a href="/ui">{t('signIn')}</a></p>}</Door>
	return <Door title={t('welcome')}>
		<p>{invite.isReset ? t('resetFor') : t('inviteFor')} <strong>{invite.isReset ? invite.email : word(invite.role)}</strong>{invite.domainName && <> · {invite.domainName}</>}</p>
		<form onSubmit={submitting(accept)}>
			{invite.email ? <TextField label={t('email')} type="email" autocomplete="username" value={invite.email} onInput={() => {}} />
				: <TextField label={t('email')} type="email" autocomplete="username" value={email} onInput={setEmail} isRequired />}
			<TextField label={t('newPassword')} type="password" autocomplete="new-password" value={password} onInput={setPassword} isRequired minLength={8} />
			<Problem of={doing.problem} />
			<Button kind="main" type="submit" disabled={doing.isBusy}>{t('accept')}</Button>
		</form>
	</Door>
}
