/** Who is signed in, and what happens while they are: shared by all pages. */
import { createContext } from 'preact'
import { useContext, useEffect } from 'preact/hooks'
import type { Data } from './api'
import type { LiveEvent } from './api'

export interface Session {
	me: Data<'identity.supervisors.me'>
	/** Everything a page may offer: the role's scopes; administrators may do all. */
	may: (scope: 'content:write' | 'content:review' | 'audit:read' | 'admin' | 'platform') => boolean
	hear: (listener: (event: LiveEvent) => void) => () => void
	signOut: () => void
}

export const SessionContext = createContext<Session | null>(null)
export function useSession(): Session {
	const session = useContext(SessionContext)
	if (!session) throw new Error('nobody is signed in')
	return session
}

const QUIET_MS = 300

/** Call again when one of these things has changed; a burst counts once. */
export function useLive(entityTypes: string[], again: () => void) {
	const { hear } = useSession()
	useEffect(() => {
		let timer = 0
		const stop = hear(event => {
			if (!entityTypes.includes(event.type.split('.')[0]!)) return
			clearTimeout(timer)
			timer = window.setTimeout(again, QUIET_MS)
		})
		return () => { clearTimeout(timer); stop() }
	}, [hear, again, entityTypes.join()])
}
