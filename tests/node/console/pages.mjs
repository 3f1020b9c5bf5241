// Every page of the console: by name, where it is.  things: ids of one of everything.
export const pages = things => ({
	home: '', content: 'content', item: `content/${things.item}`, 'new-item': `content/new/${things.type}`, history: `content/${things.item}/history`,
	reviews: 'reviews', types: 'types', type: `types/${things.type}`, 'new-type': 'types/new', forms: 'forms', form: `forms/${things.form}`, jobs: 'jobs', job: `jobs/${things.job}`,
	webhooks: 'webhooks', webhook: `webhooks/${things.webhook}`, search: 'search?q=launch', payments: 'payments', keys: 'keys', people: 'people', audit: 'audit', incident: 'incident',
	decisions: 'decisions', events: 'events', account: 'account',
})

/** Go there, and wait until nothing loads any more. */
export async function visit(page, path) {
	await page.evaluate(hash => { location.hash = hash }, `#/${path}`)
	await page.waitForFunction(() => document.querySelector('main h1') && !/(Loading|Lädt) …/.test(document.querySelector('main').textContent))
}
