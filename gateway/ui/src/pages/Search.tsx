/** Search in what is published. */
import { useState } from 'preact/hooks'
import { Badge, Button, Card, Page, Shown } from '../kit/parts'
import { TextField } from '../kit/fields'
import { useOperation } from '../kit/useOperation'
import { setQuery, type Place } from '../router'
import { t } from '../texts'

export function Search({ place }: { place: Place }) {
	const query = place.query.get('q') ?? ''
	const [text, setText] = useState(query)
	const found = useOperation('embeddings.search', query ? { query, limit: 20, groupByItem: true } : null)
	return <Page title={t('search')}>
		<form class="row" role="search" onSubmit={event => { event.preventDefault(); setQuery(place, { q: text }) }}>
			<TextField label={t('question')} type="search" value={text} onInput={setText} isRequired /><Button kind="main" type="submit">{t('search')}</Button>
		</form>
		{query && <Shown asked={found}>{rows => <>
			<p class="faint" role="status">{rows.length ? `${found.answer?.meta.mode} · ${found.answer?.meta.model ?? ''}` : t('noMatch')}</p>
			{rows.map(hit => <Card key={hit.id}><p><a href={`#/content/${hit.contentItemId}`}>{hit.title ?? `${t('item')} ${hit.contentItemId}`}</a> <Badge text={hit.contentTypeSlug} /> <span class="faint">{t('score')} {Number(hit.score ?? hit.similarity ?? 0).toFixed(3)}</span></p>
				<p class="said">{hit.textChunk}</p></Card>)}
		</>}</Shown>}
	</Page>
}
