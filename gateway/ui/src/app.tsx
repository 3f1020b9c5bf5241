/** The frame around the pages: navigation, tenant, who is signed in, and the stream of events. */
import type { ComponentChildren } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { call, chosenDomain, chooseDomain, listen, whenSignedOut, type Data, type LiveEvent } from './api'
import { Button, Page, Problem } from './kit/parts'
import { useDoing, useOperation } from './kit/useOperation'
import { usePlace, type Place } from './router'
import { SessionContext, type Session } from './session'
import { chooseLanguage, language, languages, t, word, type Text } from './texts'
import { Audit } from './pages/Audit'
import { Authorize, askingClient } from './pages/Authorize'
import { Content } from './pages/Content'
import { Events } from './pages/Events'
import { FormPage, Forms } from './pages/Forms'
import { History } from './pages/History'
import { Home } from './pages/Home'
import { Incident } from './pages/Incident'
import { ItemPage, NewItem } from './pages/Item'
import { JobPage, Jobs } from './pages/Jobs'
import { Keys } from './pages/Keys'
import { Decisions, Payments } from './pages/Lists'
import { Account, People } from './pages/People'
import { Reviews } from './pages/Reviews'
import { Search } from './pages/Search'
import { FromProvider, Invite, providersAnswer, SignIn } from './pages/SignIn'
import { NewType, TypePage, Types } from './pages/Types'
import { WebhookPage, Webhooks } from './pages/Webhooks'

type Scope = Parameters<Session['may']>[0]
const menu: [Text, [Text, string, Scope?][]][] = [
	['overview', [['home', ''], ['events', 'events'], ['search', 'search']]],
	['work', [['content', 'content'], ['reviews', 'reviews'], ['types', 'types'], ['forms', 'forms']]],
	['operations', [['jobs', 'jobs'], ['webhooks', 'webhooks', 'admin'], ['payments', 'payments', 'audit:read'], ['audit', 'audit', 'audit:read'], ['incident', 'incident', 'content:write'], ['decisions', 'decisions', 'audit:read']]],
	['access', [['keys', 'keys', 'admin'], ['people', 'people', 'admin'], ['account', 'account']]],
]

function pageOf(place: Place): ComponentChildren {
	const [first = '', second, third] = place.parts
	const id = Number(second)
	switch (first) {
	case '': return <Home />
	case 'content':
		if (second === 'new') return <NewItem key={third} typeId={Number(third)} />
		if (second && third === 'history') return <History key={id} id={id} />
		return second ? <ItemPage key={id} id={id} /> : <Content place={place} />
	case 'reviews': return <Reviews place={place} id={second ? id : null} />
	case 'types': return second === 'new' ? <NewType /> : second ? <TypePage key={id} id={id} /> : <Types />
	case 'forms': return second ? <FormPage key={id} id={id} place={place} /> : <Forms />
	case 'jobs': return second ? <JobPage key={id} id={id} /> : <Jobs place={place} />
	case 'webhooks': return second ? <WebhookPage key={id} id={id} /> : <Webhooks />
	case 'payments': return <Payments />
	case 'audit': return <Audit place={place} />
	case 'incident': return <Incident place={place} />
	case 'decisions': return <Decisions place={place} />
	case 'events': return <Events />
	case 'search': return <Search place={place} />
	case 'keys': return <Keys />
	case 'people': return <People />
	case 'account': return <Account />
	default: return <Page title={t('nothing')}><p><a href="#/">{t('home')}</a></p></Page>
	}
}

function Tenants({ onChosen }: { onChosen: (id: string) => void }) {
	const domains = useOperation('identity.domains.list', { limit: 500 })
	return <label class="tenant"><span>{t('tenant')}</span>
		<select value={chosenDomain()} onChange={event => onChosen(event.currentTarget.value)}>
			{!chosenDomain() && <option value="">{t('chooseTenant')}</option>}
			{(domains.data ?? []).map(one => <option key={one.id} value={String(one.id)} selected={String(one.id) === chosenDomain()}>{one.name}</option>)}
		</select></label>
}

function Frame({ me, onSignedOut }: { me: Data<'identity.supervisors.me'>; onSignedOut: () => void }) {
	const place = usePlace()
	const [isLive, setLive] = useState(false), [isMenuOpen, setMenuOpen] = useState(false), [tenant, setTenant] = useState(chosenDomain())
	const main = useRef<HTMLElement>(null)
	const listeners = useRef(new Set<(event: LiveEvent) => void>())
	const isPlatform = me.supervisor.role === 'platform'
	const isReady = !isPlatform || tenant !== ''
	const session = useMemo<Session>(() => ({
		me,
		may: scope => isPlatform || (scope !== 'platform' && (me.scopes.includes('admin') || me.scopes.includes(scope))),
		hear: listener => { listeners.current.add(listener); return () => listeners.current.delete(listener) },
		signOut: () => void call('identity.sessions.end', {}).finally(onSignedOut),
	}), [me])
	useEffect(() => isReady ? listen(event => listeners.current.forEach(hear => hear(event)), setLive) : undefined, [isReady, tenant])
	const where = place.parts.join('/')
	const isFirst = useRef(true)
	useEffect(() => {
		setMenuOpen(false)
		if (!isFirst.current && place.parts[0] !== 'reviews') main.current?.querySelector<HTMLElement>('h1')?.focus()
		isFirst.current = false
	}, [where])
	return <SessionContext.Provider value={session}>
		<a class="skip" href="#main" onClick={event => { event.preventDefault(); main.current?.focus() }}>{t('skip')}</a>
		<header class="top">
			<button type="button" class="quiet menu-button" aria-expanded={isMenuOpen} aria-controls="menu" onClick={() => setMenuOpen(!isMenuOpen)}>☰ {t('menu')}</button>
			<a class="brand" href="#/">WordClaw</a>
			<span class={`live ${isLive ? 'on' : ''}`} role="status">{isLive ? t('live') : t('offline')}</span>
			<div class="row push">
				{isPlatform ? <Tenants onChosen={id => { chooseDomain(id); setTenant(id) }} /> : <span class="faint">{me.domain?.name}</span>}
				<label class="tenant"><span>{t('language')}</span><select value={language} onChange={event => chooseLanguage(event.currentTarget.value)}>{languages.map(([code, name]) => <option key={code} value={code} selected={code === language}>{name}</option>)}</select></label>
				<span class="faint who" title={word(me.supervisor.role)}>{me.supervisor.email}</span>
				<Button kind="quiet" onClick={session.signOut}>{t('signOut')}</Button>
			</div>
		</header>
		<div class="body">
			<nav id="menu" class={isMenuOpen ? 'open' : ''} aria-label={t('menu')}>{menu.map(([group, entries]) => <div key={group}><h2>{t(group)}</h2><ul>
				{entries.filter(([, , scope]) => !scope || session.may(scope)).map(([text, path]) => <li key={path}><a href={`#/${path}`} aria-current={(place.parts[0] ?? '') === path ? 'page' : undefined}>{t(text)}</a></li>)}
			</ul></div>)}</nav>
			<main id="main" ref={main} tabIndex={-1} key={tenant}>{isReady ? pageOf(place) : <Page title={t('chooseTenant')}><p>{t('chooseTenant')}.</p></Page>}</main>
		</div>
	</SessionContext.Provider>
}

function inviteToken(): string {
	return location.pathname === '/ui/invite' ? new URLSearchParams(location.hash.slice(1)).get('token') ?? '' : ''
}

export function App() {
	const [me, setMe] = useState<Data<'identity.supervisors.me'> | null>(null)
	const [isKnown, setKnown] = useState(false), [token, setToken] = useState(inviteToken)
	const doing = useDoing()
	const signedOut = () => { setMe(null); setKnown(true) }
	const load = () => void doing.run(async () => {
		const { data } = await call('identity.supervisors.me', {})
		if (data.supervisor.role !== 'platform') chooseDomain('')
		else if (!chosenDomain()) {
			const { data: domains } = await call('identity.domains.list', { limit: 2 })
			if (domains.length === 1) chooseDomain(String(domains[0]!.id))
		}
		setMe(data)
		setKnown(true)
	})
	const enter = () => {
		history.replaceState(null, '', '/ui#/')
		setToken('')
		load()
	}
	useEffect(() => {
		whenSignedOut(signedOut)
		if (!token && !providersAnswer()) load()
	}, [])
	const asking = askingClient()
	if (asking && me && (me.domain || chosenDomain())) return <Authorize asking={asking} email={me.supervisor.email} tenant={me.domain?.name ?? `${t('tenant')} ${chosenDomain()}`} />
	const answer = providersAnswer()
	if (answer && !me) return <FromProvider answer={answer} onSignedIn={enter} />
	if (token) return <Invite token={token} onSignedIn={enter} />
	if (me) return <Frame key={me.supervisor.id} me={me} onSignedOut={signedOut} />
	if (isKnown) return <SignIn onSignedIn={load} />
	return <main class="door"><p role="status">{doing.problem ? '' : `${t('loading')} …`}</p><Problem of={doing.problem} /></main>
}
