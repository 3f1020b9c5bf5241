/** What people and agents say about an item. */
import { useState } from 'preact/hooks'
import { call } from '../api'
import { Button, Card, Problem, Shown } from '../kit/parts'
import { Field } from '../kit/fields'
import { useDoing, useOperation } from '../kit/useOperation'
import { useLive, useSession } from '../session'
import { t, time } from '../texts'

export function Comments({ itemId }: { itemId: number }) {
	const { may } = useSession()
	const comments = useOperation('workflow.comments.list', { contentItemId: itemId, limit: 100 })
	const [text, setText] = useState('')
	const doing = useDoing()
	useLive(['review_comment', 'content_item'], comments.again)
	const send = () => void doing.run(async () => {
		await call('workflow.comments.create', { contentItemId: itemId, comment: text })
		setText('')
		comments.again()
	})
	return <Card title={t('comments')}>
		<Shown asked={comments}>{list => list.length === 0 ? <p class="faint">{t('nothing')}</p>
			: <ul class="plain">{list.map(one => <li key={one.id}><span class="faint">{one.authorId} · {time(one.createdAt)}{one.path && <> · <code>{one.path}</code></>}</span><p class="said">{one.comment}</p></li>)}</ul>}</Shown>
		{(may('content:write') || may('content:review')) && <form onSubmit={event => { event.preventDefault(); send() }}>
			<Field label={t('comment')}>{id => <textarea id={id} rows={2} value={text} required onInput={event => setText(event.currentTarget.value)} />}</Field>
			<Problem of={doing.problem} />
			<Button type="submit" disabled={doing.isBusy || !text.trim()}>{t('send')}</Button>
		</form>}
	</Card>
}
