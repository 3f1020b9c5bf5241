/** Both have changed the item: theirs, mine, and what is to be saved. */
import { useState } from 'preact/hooks'
import { Button, Dialog } from '../kit/parts'
import { merge } from '../kit/values'
import { t } from '../texts'

type Document = Record<string, unknown>
const shown = (value: unknown) => value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2)

export function Conflict({ base, theirs, mine, onMerged, onClose }: {
	base: Document; theirs: Document; mine: Document; onMerged: (merged: Document) => void; onClose: () => void
}) {
	const { merged, clashes } = merge(base, theirs, mine)
	const [chosen, setChosen] = useState<Record<string, 'theirs' | 'mine'>>({})
	const valueOf = (name: string) => chosen[name] === 'theirs' ? theirs[name] : mine[name]
	const save = () => {
		const result = { ...merged }
		for (const { name } of clashes) {
			if (valueOf(name) === undefined) delete result[name]
			else result[name] = valueOf(name)
		}
		onMerged(result)
	}
	const pick = (name: string, side: 'theirs' | 'mine', value: unknown) => <label class="pick">
		<input type="radio" name={`conflict ${name}`} checked={(chosen[name] ?? 'mine') === side} onChange={() => setChosen({ ...chosen, [name]: side })} />
		<span><span class="faint">{t(side)}</span><pre>{shown(value)}</pre></span>
	</label>
	return <Dialog title={t('conflict')} onClose={onClose}>
		<p>{t('conflictText')}</p>
		{clashes.map(clash => <fieldset key={clash.name}><legend>{clash.name}</legend><div class="sides">{pick(clash.name, 'theirs', clash.theirs)}{pick(clash.name, 'mine', clash.mine)}</div></fieldset>)}
		<h3>{t('merged')}</h3>
		<pre>{JSON.stringify({ ...merged, ...Object.fromEntries(clashes.map(({ name }) => [name, valueOf(name)])) }, null, 2)}</pre>
		<div class="row end"><Button onClick={onClose}>{t('cancel')}</Button><Button kind="main" onClick={save}>{t('saveMerged')}</Button></div>
	</Dialog>
}
