/** Signing in, and accepting an invitation. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { call, Refusal, type Data } from '../api'
import { Button, Problem } from '../kit/parts'
import { TextField } from '../kit/fields'
import { useDoing } from '../kit/useOperation'
import { t, word } from '../texts'

export function Door({ title, children }: { title: string; children: ComponentChildren }) {
	useEffect(() => { document.title = `${title} · WordClaw` }, [title])
	return <main class="door"><div class="card"><p class="brand">WordClaw</p><h1>{title}</h1>{children}</div></main>
}

const submitting = (then: () => void) => (event: Event) => { event.preventDefault(); then() }

/** The first answer that asks for a code shows its field; it is no problem yet. */
async function withCode(asking: Promise<unknown>, isAsked: boolean, ask: () => void, then: () => void) {
	try {
		await asking
	} catch (problem) {
		if (isAsked || !(problem instanceof Refusal) || problem.code !== 'SUPERVISOR_CODE_REQUIRED') throw problem
		return ask()
	}
	then()
}

function CodeField({ code, onInput }: { code: string; onInput: (code: string) => void }) {
	return <TextField label={t('code')} hint={t('codeHint')} autocomplete="one-time-code" value={code} onInput={onInput} isRequired />
}

export function SignIn({ onSignedIn }: { onSignedIn: () => void }) {
	const [email, setEmail] = useState(''), [password, setPassword] = useState(''), [code, setCode] = useState(''), [needsCode, setNeedsCode] = useState(false)
	const doing = useDoing()
	const signIn = () => void doing.run(() => withCode(call('identity.sessions.create', { email, password, ...(code ? { code } : {}) }), needsCode, () => setNeedsCode(true), onSignedIn))
	const [hasProvider, setHasProvider] = useState(false)
	useEffect(() => { void call('identity.sign_in.methods', {}).then(({ data }) => setHasProvider(data.oidc), () => {}) }, [])
	const askProvider = () => void doing.run(async () => {
		const { data } = await call('identity.oidc.begin', { base: location.origin })
		sessionStorage.setItem(OIDC_STATE, data.state)
		location.assign(data.authorizationUrl)
	})
	return <Door title={t('signIn')}>
		<form onSubmit={submitting(signIn)}>
			<TextField label={t('email')} type="email" autocomplete="username" value={email} onInput={setEmail} isRequired />
			<TextField label={t('password')} type="password" autocomplete="current-password" value={password} onInput={setPassword} isRequired />
			{needsCode && <CodeField code={code} onInput={setCode} />}
			<Problem of={doing.problem} />
			<Button kind="main" type="submit" disabled={doing.isBusy}>{t('signIn')}</Button>
			{hasProvider && <Button onClick={askProvider} disabled={doing.isBusy}>{t('signInElsewhere')}</Button>}
		</form>
	</Door>
}

const OIDC_STATE = 'wordclaw.oidc'

/** The provider's answer, when this page is one. */
export function providersAnswer(): URLSearchParams | null {
	return location.pathname === '/ui/oidc' ? new URLSearchParams(location.search) : null
}

/** Back from the provider.  Only what this tab has begun counts: a link of somebody else's signs nobody in. */
export function FromProvider({ answer, onSignedIn }: { answer: URLSearchParams; onSignedIn: () => void }) {
	const doing = useDoing()
	useEffect(() => {
		const code = answer.get('code') ?? '', state = answer.get('state') ?? '', begun = sessionStorage.getItem(OIDC_STATE)
		sessionStorage.removeItem(OIDC_STATE)
		void doing.run(async () => {
			if (!code || !begun || begun !== state) throw new Refusal(400, 'OIDC_REQUEST_INVALID', t('badRequest'), '', [], {})
			await call('identity.oidc.finish', { code, state })
			onSignedIn()
		})
	}, [])
	return <Door title={t('signIn')}><Problem of={doing.problem} /><p>{doing.problem ? <a href="/ui">{t('signIn')}</a> : `${t('loading')} …`}</p></Door>
}

export function Invite({ token, onSignedIn }: { token: string; onSignedIn: () => void }) {
	const [invite, setInvite] = useState<Data<'identity.invites.inspect'> | null>(null)
	const [email, setEmail] = useState(''), [password, setPassword] = useState(''), [code, setCode] = useState(''), [needsCode, setNeedsCode] = useState(false)
	const looking = useDoing(), doing = useDoing()
	useEffect(() => { void looking.run(async () => setInvite((await call('identity.invites.inspect', { token })).data)) }, [token])
	const accept = () => void doing.run(() => withCode(call('identity.invites.accept', { token, password, ...(invite?.email ? {} : { email }), ...(code ? { code } : {}) }),
		needsCode, () => setNeedsCode(true), onSignedIn))
	if (!invite) return <Door title={looking.problem ? t('badLink') : `${t('loading')} …`}><Problem of={looking.problem} />{looking.problem && <p><a href="/ui">{t('signIn')}</a></p>}</Door>
	return <Door title={t('welcome')}>
		<p>{invite.isReset ? t('resetFor') : t('inviteFor')} <strong>{invite.isReset ? invite.email : word(invite.role)}</strong>{invite.domainName && <> · {invite.domainName}</>}</p>
		<form onSubmit={submitting(accept)}>
			{invite.email ? <TextField label={t('email')} type="email" autocomplete="username" value={invite.email} onInput={() => {}} />
				: <TextField label={t('email')} type="email" autocomplete="username" value={email} onInput={setEmail} isRequired />}
			<TextField label={t('newPassword')} type="password" autocomplete="new-password" value={password} onInput={setPassword} isRequired minLength={8} />
			{needsCode && <CodeField code={code} onInput={setCode} />}
			<Problem of={doing.problem} />
			<Button kind="main" type="submit" disabled={doing.isBusy}>{t('accept')}</Button>
		</form>
	</Door>
}
