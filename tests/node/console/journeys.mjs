// What people do in the console, in Debian's Chromium: journeys.mjs BROWSER URL THINGS.  One line per journey; the last says what went wrong anywhere.
import { strict as assert } from 'node:assert'
import { createHash, createHmac } from 'node:crypto'
import { open, problems, serious } from './browser.mjs'
import { pages, visit } from './pages.mjs'

const [browserPath, url, thingsText] = process.argv.slice(2)
const things = JSON.parse(thingsText)
const browser = await open(browserPath, url)
const page = browser.page
let isFailed = false

/** One builds on the other: after a failure the rest is not played. */
async function journey(name, run) {
	if (isFailed) return
	const began = Date.now()
	try {
		await run()
		console.log(`ok    ${name}  (${((Date.now() - began) / 1000).toFixed(1)} s)`)
	} catch (error) {
		isFailed = true
		console.log(`FAIL  ${name}\n      ${String(error.stack).split('\n').slice(0, 8).join('\n      ')}\n      at ${page.url()}: ${(await page.evaluate(() => document.querySelector('main')?.innerText ?? '')).slice(0, 600)}`)
	}
}
const button = name => page.getByRole('button', { name, exact: true })
const field = name => page.getByLabel(name)
/** As a program with the same session would. */
const api = (method, path, body, labels = {}) => page.evaluate(async ([method, path, body, labels]) => {
	const reply = await fetch(path, { method, headers: { 'x-wordclaw-console': '1', 'content-type': 'application/json', ...labels }, body: body && JSON.stringify(body) })
	if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
	return (await reply.json()).data
}, [method, path, body, labels])

/** What an authenticator app shows (RFC 6238). */
function codeAt(secret, step) {
	const bits = [...secret].map(letter => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
	const key = Buffer.from(bits.match(/.{8}/g).map(byte => parseInt(byte, 2))), counter = Buffer.alloc(8)
	counter.writeBigUInt64BE(BigInt(step))
	const digest = createHmac('sha1', key).update(counter).digest()
	return String((digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff) % 1000000).padStart(6, '0')
}

await journey('an invitation becomes a person', async () => {
	await page.goto(`${url}/ui/invite#token=${things.invite}`)
	await page.getByText('Reviewer').waitFor()
	assert.deepEqual(await serious(page), [])
	await field(/New password/).fill('a reviewer has a password')
	await button('Accept and sign in').click()
	await page.waitForSelector('nav')
	assert.equal(await page.locator('nav').getByText('Keys').count(), 0)
	await button('Sign out').click()
	await page.waitForSelector('input[type=password]')
})

await journey('signing in: a wrong password is told, the right one opens the console', async () => {
	assert.deepEqual(await serious(page), [])
	await field('Email').fill(things.email)
	await field('Password').fill('wrong')
	await page.keyboard.press('Enter')
	await page.getByRole('alert').waitFor()
	await field('Password').fill(things.password)
	await page.keyboard.press('Enter')
	await page.waitForSelector('nav')
	assert.equal((await browser.context.cookies()).find(one => one.name === 'supervisor_session')?.httpOnly, true)
	assert.equal(await page.evaluate(() => document.cookie), '')
	await page.locator('.live.on').waitFor()
})

await journey('every page shows, without a serious finding of axe', async () => {
	const found = []
	for (const [name, path] of Object.entries(pages(things))) {
		await visit(page, path)
		assert.equal(await page.locator('main .problem').count(), 0, `${name}: ${await page.locator('main').innerText()}`)
		found.push(...(await serious(page)).map(one => `${name}: ${one}`))
	}
	assert.deepEqual(found, [])
})

await journey('dark colours have the contrast too', async () => {
	await page.emulateMedia({ colorScheme: 'dark' })
	for (const name of ['home', 'content', 'item', 'reviews', 'type', 'keys']) {
		await visit(page, pages(things)[name])
		assert.deepEqual(await serious(page, ['color-contrast']), [], name)
	}
	await page.emulateMedia({ colorScheme: 'light' })
})

await journey('an item is made from its schema, refused at the field, saved and published', async () => {
	await visit(page, `content/new/${things.type}`)
	await field('summary').fill('Written in the console')
	await field('rating').fill('9')
	await field('section').selectOption({ label: 'culture' })
	await button('Save').click()
	await page.locator('main .wrong-text').first().waitFor()
	await field(/^title/).fill('Of the console')
	await field('rating').fill('5')
	await button('Add: tags').click()
	await field(/^tags 1/).fill('made')
	await button('Save').click()
	await page.waitForFunction(() => /#\/content\/\d+$/.test(location.hash))
	await button('Publish').click()
	await page.locator('.badge.good').first().waitFor()
	const id = Number((await page.url()).split('/').pop())
	const item = await api('GET', `/api/content-items/${id}`)
	assert.deepEqual([item.data.rating, item.data.section, item.data.tags, item.publicationState], [5, 'culture', ['made'], 'published'])
})

await journey('what both have changed is asked, what one alone has changed is merged', async () => {
	await visit(page, `content/${things.item}`)
	await field(/^title/).fill('Mine')
	const before = await api('GET', `/api/content-items/${things.item}`)
	await api('PATCH', `/api/content-items/${things.item}`, { data: { title: 'Theirs', rating: 2 }, expectedVersion: before.version })
	await page.getByText('Somebody else has changed this item.').waitFor()
	await button('Save').click()
	const dialog = page.getByRole('dialog')
	await dialog.waitFor()
	assert.deepEqual(await serious(page), [])
	await dialog.getByRole('radio').nth(1).check()
	await dialog.getByRole('button', { name: 'Save merged' }).click()
	await dialog.waitFor({ state: 'detached' })
	const after = await api('GET', `/api/content-items/${things.item}`)
	assert.deepEqual([after.data.title, after.data.rating], ['Mine', 2])
})

await journey('what was typed outlives a reload', async () => {
	await visit(page, `content/${things.item}`)
	await field('summary').fill('Half a thought')
	await page.waitForTimeout(100)
	const other = await browser.context.newPage()
	await other.goto(`${url}/ui#/content/${things.item}`)
	await other.getByLabel('summary').waitFor()
	assert.equal(await other.getByLabel('summary').inputValue(), 'Half a thought')
	await other.close()
	await field('summary').fill((await api('GET', `/api/content-items/${things.item}`)).data.summary)
	await page.waitForTimeout(100)
})

await journey('an earlier version is compared and brought back', async () => {
	await visit(page, `content/${things.item}/history`)
	const row = page.getByRole('row').filter({ hasText: 'small rocket' }).filter({ has: button('Compare') }).last()
	await row.getByRole('button', { name: 'Compare' }).click()
	await page.locator('.diff ins').first().waitFor()
	await row.getByRole('button', { name: 'Go back to this version' }).click()
	await page.getByRole('dialog').getByRole('button', { name: 'Go back to this version' }).click()
	await page.waitForFunction(id => location.hash === `#/content/${id}`, things.item)
	await page.waitForFunction(() => /small rocket/.test(document.querySelector('main h1')?.textContent ?? ''))
})

await journey('reviews are decided by keyboard alone', async () => {
	await visit(page, 'reviews')
	const waiting = (await api('GET', '/api/review-tasks?status=pending')).length
	assert.equal(waiting, 2)
	await page.keyboard.press('j')
	await page.waitForFunction(() => document.querySelectorAll('.queue a')[1]?.getAttribute('aria-current') === 'true')
	await page.keyboard.press('a')
	await page.waitForFunction(() => document.querySelectorAll('.queue a').length === 1)
	await page.keyboard.press('r')
	await page.waitForFunction(() => document.querySelectorAll('.queue a').length === 0)
	assert.equal((await api('GET', '/api/review-tasks?status=approved')).length, 1)
	assert.equal((await api('GET', '/api/review-tasks?status=rejected')).length, 1)
})

await journey('an item is deleted and restored', async () => {
	const made = await api('POST', `/api/content-types/${things.type}/items`, { data: { title: 'Short life' } })
	await visit(page, `content/${made.id}`)
	await button('Delete').click()
	await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
	await button('Restore').click()
	await button('Publish').waitFor()
})

await journey('a key is shown once, and revoked', async () => {
	await visit(page, 'keys')
	await button('New key').click()
	await page.getByRole('dialog').getByLabel('Name').fill('of the console')
	await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
	assert.match(await page.locator('code.secret').innerText(), /^wcak_[0-9a-f]{48}$/)
	await page.keyboard.press('Escape')
	const row = page.getByRole('row').filter({ hasText: 'of the console' })
	await row.getByRole('button', { name: 'Revoke' }).click()
	await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
	await row.getByText('revoked').waitFor()
})

await journey('what happens elsewhere appears without a reload', async () => {
	await visit(page, `content?type=${things.type}`)
	await api('POST', `/api/content-types/${things.type}/items`, { data: { title: 'From elsewhere' } })
	await page.getByText('From elsewhere').first().waitFor()
	await visit(page, 'events')
	await api('POST', `/api/content-types/${things.type}/items`, { data: { title: 'Seen live' } })
	await page.getByText('content_item.create').first().waitFor()
})

await journey('the chain is verified', async () => {
	await visit(page, 'audit')
	await button('Verify the chain').click()
	await page.getByText(/The chain is intact/).waitFor()
})

await journey('what went wrong is taken back, and the plan before changes nothing', async () => {
	const set = (await api('POST', '/api/change-sets', { name: 'A bad batch', reason: 'to be taken back' })).changeSet
	const made = await api('POST', `/api/content-types/${things.type}/items`, { data: { title: 'Bad' } }, { 'x-wordclaw-change-set': set })
	await visit(page, 'incident')
	await page.getByRole('link', { name: 'A bad batch' }).first().click()
	await button('Plan').click()
	await page.getByRole('link', { name: `Item ${made.id}` }).waitFor()
	assert.ok(await api('GET', `/api/content-items/${made.id}`), 'a plan changes nothing')
	assert.deepEqual(await serious(page), [])
	await button('Take back').click()
	await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
	await page.getByRole('heading', { name: 'Taken back' }).waitFor()
	await page.getByRole('link', { name: 'Take back this taking back' }).waitFor()
})

await journey('injected scripts are text wherever they are shown', async () => {
	await visit(page, `content?type=${things.type}`)
	while (await button('Show more').count()) await button('Show more').click()
	const shown = await page.locator('main').innerText()
	const given = things.payloads.filter(text => shown.includes(text.slice(0, 60).trim()))
	assert.ok(given.length >= things.payloads.length * 0.8, `${given.length} of ${things.payloads.length} payloads are shown as they are`)
	const made = await api('POST', `/api/content-types/${things.type}/items`, { data: { title: '<img src=x onerror=alert(1)>', summary: things.payloads.join('\n').slice(0, 600), author: { name: '"><script>alert(1)</script>' } } })
	await api('POST', `/api/content-items/${made.id}/comments`, { comment: things.payloads.slice(0, 20).join('\n') })
	for (const path of [`content/${made.id}`, 'audit', 'search?q=%3Cscript%3Ealert(1)%3C/script%3E', 'home']) await visit(page, path === 'home' ? '' : path)
	assert.equal(await page.locator('main script, main img, main svg, main iframe').count(), 0)
})

await journey('a program is let in with less than it asks for', async () => {
	const redirect = `${url}/health`, challenge = createHash('sha256').update('v'.repeat(64)).digest('base64url')
	const { client_id } = await page.evaluate(async redirect => (await fetch('/oauth/register', { method: 'POST', headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ client_name: 'A <b>program</b>', redirect_uris: [redirect] }) })).json(), redirect)
	const request = new URLSearchParams({ response_type: 'code', client_id, redirect_uri: redirect, code_challenge: challenge, code_challenge_method: 'S256', scope: 'content:read content:write', resource: `${url}/mcp`, state: 'x' })
	await page.goto(`${url}/ui/authorize?${request}`)
	await page.getByText('A <b>program</b>').waitFor()
	assert.deepEqual(await serious(page), [])
	await field('content:write').uncheck()
	await button('Let in').click()
	await page.waitForURL(/\/health\?/)
	const answer = new URL(page.url()).searchParams
	assert.equal(answer.get('state'), 'x')
	const scope = await page.evaluate(async form => (await (await fetch('/oauth/token', { method: 'POST', body: new URLSearchParams(form) })).json()).scope,
		{ grant_type: 'authorization_code', code: answer.get('code'), client_id, redirect_uri: redirect, code_verifier: 'v'.repeat(64) })
	assert.equal(scope, 'content:read')
	await page.goto(`${url}/ui/authorize?${request}`.replace(client_id, 'wcoc_unknown'))
	await page.getByRole('alert').waitFor()
	await page.goto(`${url}/ui`)
	await page.waitForSelector('nav')
})

await journey('a second factor is set up, asked for and given up', async () => {
	await page.goto(`${url}/ui#/account`)
	await page.getByRole('heading', { name: 'Second factor' }).waitFor()
	const card = page.locator('.card', { has: page.getByRole('heading', { name: 'Second factor' }) })
	await card.getByLabel('Current password').fill(things.password)
	await button('Use an authenticator app').click()
	const secret = await card.locator('form code').innerText()
	const used = Math.floor(Date.now() / 30000)
	await field('Code').fill(codeAt(secret, used - 1))
	await button('Confirm').click()
	await page.getByText('Recovery codes').waitFor()
	assert.equal(await card.locator('li').count(), 10)
	assert.deepEqual(await serious(page), [])
	await button('Sign out').click()
	await field('Email').fill(things.email)
	await field('Password').fill(things.password)
	await page.keyboard.press('Enter')
	await field('Code').fill(codeAt(secret, used))
	assert.deepEqual(await serious(page), [])
	await page.keyboard.press('Enter')
	await page.waitForSelector('nav')
	await page.goto(`${url}/ui#/account`)
	await card.getByLabel('Current password').fill(things.password)
	await button('Do without').click()
	await page.getByText('Your password alone signs you in.').waitFor()
})

await journey('320 pixels are enough, in German', async () => {
	await page.evaluate(() => localStorage.setItem('wordclaw.language', 'de'))
	await page.goto(`${url}/ui`)
	await page.reload()
	await page.setViewportSize({ width: 320, height: 640 })
	for (const name of ['home', 'content', 'item', 'reviews', 'keys', 'audit', 'people', 'webhook', 'type']) {
		await visit(page, pages(things)[name])
		const width = await page.evaluate(() => document.documentElement.scrollWidth)
		assert.ok(width <= 320, `${name} is ${width} pixels wide`)
	}
	assert.equal(await page.evaluate(() => document.documentElement.lang), 'de')
	await page.getByRole('button', { name: /Menü/ }).click()
	await page.getByRole('link', { name: 'Inhalte' }).click()
	await page.waitForFunction(() => document.querySelector('main h1')?.textContent === 'Inhalte')
})

await journey('a session that ends elsewhere leads to the door', async () => {
	const me = await api('GET', '/api/supervisors/me')
	await api('DELETE', `/api/supervisors/sessions/${me.sessionId}`)
	await page.waitForTimeout(1000)
	await page.evaluate(() => { location.hash = '#/types' })
	await page.waitForSelector('input[type=password]')
})

await journey('nothing was asked of another host, refused by the policy, or wrong on any page', async () => assert.deepEqual(problems, []))
await browser.close()
process.exit(isFailed ? 1 : 0)
