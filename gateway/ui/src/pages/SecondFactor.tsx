/** One's second factor: begun with the password, confirmed with a code, gone with the password. */
import { useState } from 'preact/hooks'
import { call, type Data } from '../api'
import { Button, Card, Problem } from '../kit/parts'
import { TextField } from '../kit/fields'
import { useDoing } from '../kit/useOperation'
import { useSession } from '../session'
import { t } from '../texts'

export function SecondFactor() {
	const { me } = useSession()
	const [isOn, setOn] = useState(!!me.supervisor.secondFactorSince)
	const [currentPassword, setCurrent] = useState(''), [code, setCode] = useState('')
	const [begun, setBegun] = useState<Data<'identity.factor.enrol'> | null>(null), [recovery, setRecovery] = useState<readonly string[]>([])
	const doing = useDoing()
	const begin = () => void doing.run(async () => {
		setBegun((await call('identity.factor.enrol', { currentPassword })).data)
		setCurrent('')
	})
	const confirm = () => void doing.run(async () => {
		setRecovery((await call('identity.factor.confirm', { code })).data.recoveryCodes)
		setBegun(null)
		setCode('')
		setOn(true)
	})
	const disable = () => void doing.run(async () => {
		await call('identity.factor.disable', { currentPassword })
		setCurrent('')
		setRecovery([])
		setOn(false)
	})
	const submitting = (then: () => void) => (event: Event) => { event.preventDefault(); then() }
	return <Card title={t('secondFactor')}>
		<p role="status">{isOn ? t('factorOn') : t('factorOff')}</p>
		{recovery.length > 0 && <><p>{t('recoveryOnce')}</p><ul>{recovery.map(one => <li key={one}><code>{one}</code></li>)}</ul></>}
		{begun ? <form class="narrow" onSubmit={submitting(confirm)}>
			<p>{t('factorSecret')} <code>{begun.secret}</code></p>
			<p><a href={begun.otpauthUri}>{t('openApp')}</a></p>
			<TextField label={t('code')} autocomplete="one-time-code" value={code} onInput={setCode} isRequired />
			<Problem of={doing.problem} />
			<Button kind="main" type="submit" disabled={doing.isBusy}>{t('confirm')}</Button>
		</form> : <form class="narrow" onSubmit={submitting(isOn ? disable : begin)}>
			<input type="text" class="unseen" autocomplete="username" value={me.supervisor.email} readOnly tabIndex={-1} aria-hidden="true" />
			<TextField label={t('currentPassword')} type="password" autocomplete="current-password" value={currentPassword} onInput={setCurrent} isRequired />
			<Problem of={doing.problem} />
			<Button type="submit" kind={isOn ? 'danger' : ''} disabled={doing.isBusy}>{isOn ? t('factorDisable') : t('factorBegin')}</Button>
		</form>}
	</Card>
}
