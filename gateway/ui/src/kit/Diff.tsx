/** What differs between two documents, side by side, words marked. */
import { t } from '../texts'
import { differences, type Value } from './values'

const shown = (value: Value) => value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2)
const WORDS_MAX = 400

/** Words of both texts, those that are in one only marked: a longest common subsequence. */
function marked(before: string, after: string): [preact.JSX.Element[], preact.JSX.Element[]] {
	const a = before.split(/(\s+)/), b = after.split(/(\s+)/)
	if (a.length > WORDS_MAX || b.length > WORDS_MAX) return [[<del>{before}</del>], [<ins>{after}</ins>]]
	const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
	for (let i = a.length - 1; i >= 0; i--)
		for (let j = b.length - 1; j >= 0; j--)
			lengths[i]![j] = a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
	const left: preact.JSX.Element[] = [], right: preact.JSX.Element[] = []
	let i = 0, j = 0
	while (i < a.length || j < b.length) {
		if (i < a.length && j < b.length && a[i] === b[j]) {
			left.push(<span>{a[i++]}</span>)
			right.push(<span>{b[j++]}</span>)
		} else if (j >= b.length || (i < a.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) left.push(<del>{a[i++]}</del>)
		else right.push(<ins>{b[j++]}</ins>)
	}
	return [left, right]
}

export function Diff({ before, after }: { before: Value; after: Value }) {
	const list = differences(before, after)
	if (list.length === 0) return <p class="faint">{t('noDifference')}</p>
	return <table class="diff" aria-label={t('difference')}>
		<thead><tr><th scope="col">{t('field')}</th><th scope="col">{t('before')}</th><th scope="col">{t('after')}</th></tr></thead>
		<tbody>{list.map(one => {
			const [left, right] = marked(shown(one.before), shown(one.after))
			return <tr key={one.pointer}><td data-head={t('field')}><code>{one.pointer || '/'}</code></td>
				<td data-head={t('before')}><pre>{left}</pre></td><td data-head={t('after')}><pre>{right}</pre></td></tr>
		})}</tbody>
	</table>
}
