/** A client that holds no key asks to be let in: who it is, what it gets, how much, and how long. */
import { useEffect, useState } from 'preact/hooks'
import { call, type Data } from '../api'
import { Button, Problem } from '../kit/parts'
import { Check, TextField } from '../kit/fields'
import { useDoing } from '../kit/useOperation'
import { t } from '../texts'
import { Door } from './SignIn'

/** The request as the client's browser brought it; null on other pages. */
export function askingClient(): URLSearchParams | null {
	return location.pathname === '/ui/authorize' ? new URLSearchParams(location.search) : null
}

const amount = (text: string) => text.trim() === '' ? undefined : Number(text)

export function Authorize({ asking, email, tenant }: { asking: URLSearchParams; email: string; tenant: string }) {
	const get = (name: string) => asking.get(name) ?? ''
	const request = { responseType: get('response_type'), clientId: get('client_id'), redirectUri: get('redirect_uri'), codeChallenge: get('code_challenge'),
		codeChallengeMethod: get('code_challenge_method'), issuer: location.origin,
		...(get('scope') ? { scope: get('scope') } : {}), ...(get('resource') ? { resource: get('resource') } : {}), ...(get('state') ? { state: get('state') } : {}) }
	const [shown, setShown] = useState<Data<'identity.oauth.inspect'> | null>(null)
	const [scopes, setScopes] = useState<string[]>([]), [days, setDays] = useState('30'), [writes, setWrites] = useState(''), [publishes, setPublishes] = useState(''), [sats, setSats] = useState('0')
	const looking = useDoing(), doing = useDoing()
	useEffect(() => {
		void looking.run(async () => {
			const { data } = await call('identity.oauth.inspect', request)
			setShown(data)
			setScopes(data.scopes)
		})
	}, [])
	const decide = (approve: boolean) => void doing.run(async () => {
		const { data } = await call('identity.oauth.authorize', { ...request, approve,
			...(approve ? { scopes, days: amount(days), writesPerMinute: amount(writes), publishesPerDay: amount(publishes), satsPerDay: amount(sats) } : {}) })
		location.assign(data.redirectUrl)
	})
	if (!shown) return <Door title={looking.problem ? t('badRequest') : `${t('loading')} …`}><Problem of={looking.problem} /></Door>
	return <Door title={t('letIn')}>
		<p><strong>{shown.clientName}</strong> {shown.clientAddress && <>({t('describedAt')} <strong>{shown.clientAddress}</strong>) </>}{t('asksFor')} <strong>{tenant}</strong> ({email}). {shown.isLocal ? t('runsHere') : t('answersTo')} <strong>{shown.redirectHost}</strong></p>
		<form onSubmit={event => { event.preventDefault(); decide(true) }}>
			<fieldset><legend>{t('scopes')}</legend>{shown.scopes.map(scope => <Check key={scope} label={scope} value={scopes.includes(scope)}
				onChange={is => setScopes(is ? [...scopes, scope] : scopes.filter(one => one !== scope))} />)}</fieldset>
			<TextField label={t('forDays')} value={days} onInput={setDays} isRequired />
			<TextField label={t('writesPerMinute')} value={writes} onInput={setWrites} />
			<TextField label={t('publishesPerDay')} value={publishes} onInput={setPublishes} />
			<TextField label={t('satsPerDay')} value={sats} onInput={setSats} />
			<Problem of={doing.problem} />
			<div class="row"><Button kind="main" type="submit" disabled={doing.isBusy || scopes.length === 0}>{t('allow')}</Button>
				<Button onClick={() => decide(false)} disabled={doing.isBusy}>{t('deny')}</Button></div>
		</form>
	</Door>
}
