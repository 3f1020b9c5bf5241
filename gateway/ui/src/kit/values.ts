/** JSON values: their parts by pointer, what differs between two, and three-way merge. */
export type Value = unknown
export const isObject = (value: Value): value is Record<string, Value> => typeof value === 'object' && value !== null && !Array.isArray(value)
export const same = (a: Value, b: Value) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

function sorted(value: Value): Value {
	if (Array.isArray(value)) return value.map(sorted)
	if (!isObject(value)) return value
	return Object.fromEntries(Object.keys(value).sort().map(name => [name, sorted(value[name])]))
}

const escape = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')
export const pointerOf = (parent: string, name: string | number) => `${parent}/${escape(String(name))}`

export interface Difference { pointer: string; before: Value; after: Value }

/** Members that differ, objects from the inside; undefined: it is not there. */
export function differences(before: Value, after: Value, pointer = ''): Difference[] {
	if (same(before, after)) return []
	if (!isObject(before) || !isObject(after)) return [{ pointer, before, after }]
	const names = new Set([...Object.keys(before), ...Object.keys(after)])
	return [...names].flatMap(name => differences(before[name], after[name], pointerOf(pointer, name)))
}

export interface Clash { name: string; base: Value; theirs: Value; mine: Value }

/** Members of the document: who alone has changed one wins; what both have changed differently is a clash. */
export function merge(base: Record<string, Value>, theirs: Record<string, Value>, mine: Record<string, Value>) {
	const merged: Record<string, Value> = {}
	const clashes: Clash[] = []
	for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine), ...Object.keys(base)])) {
		const isTheirs = !same(base[name], theirs[name]), isMine = !same(base[name], mine[name])
		if (isTheirs && isMine && !same(theirs[name], mine[name])) clashes.push({ name, base: base[name], theirs: theirs[name], mine: mine[name] })
		const value = isMine ? mine[name] : theirs[name]
		if (value !== undefined) merged[name] = value
	}
	return { merged, clashes }
}

/** Something to call a document by. */
export function titleOf(data: Value): string {
	if (!isObject(data)) return ''
	const text = data.title ?? data.name ?? data.headline ?? Object.values(data).find(value => typeof value === 'string')
	return typeof text === 'string' ? text.slice(0, 120) : ''
}
