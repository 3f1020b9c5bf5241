/** The address behind the #: "#/content/12?type=3". */
import { useEffect, useState } from 'preact/hooks'

export interface Place { parts: string[]; query: URLSearchParams }

function here(): Place {
	const [path, query] = location.hash.replace(/^#\/?/, '').split('?')
	return { parts: (path ?? '').split('/').filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) }
}

let mayLeave: () => boolean = () => true
let shown = location.hash
/** Asked before another place is shown: an editor with changes says no when its user does. */
export function guard(check: () => boolean) { mayLeave = check }

export function usePlace(): Place {
	const [place, setPlace] = useState(here)
	useEffect(() => {
		const change = () => {
			if (location.hash === shown) return
			if (!mayLeave()) return void history.replaceState(null, '', shown || '#/')
			shown = location.hash
			mayLeave = () => true
			setPlace(here())
		}
		addEventListener('hashchange', change)
		return () => removeEventListener('hashchange', change)
	}, [])
	return place
}

export function go(path: string) { location.hash = path }

/** Change the query of the present place without a new entry in the history. */
export function setQuery(place: Place, change: Record<string, string>) {
	const query = new URLSearchParams(place.query)
	for (const [name, value] of Object.entries(change)) {
		if (value) query.set(name, value)
		else query.delete(name)
	}
	const hash = `#/${place.parts.map(encodeURIComponent).join('/')}${query.size ? `?${query}` : ''}`
	location.replace(hash)
}
