// A public form in Debian's Chromium: pages.mjs BROWSER URL ABOUT. Without scripts, with them, and in the page of another origin.
import { strict as assert } from 'node:assert'
import { createServer } from 'node:http'
import { open, problems, serious } from '../console/browser.mjs'

const [browserPath, url, aboutText] = process.argv.slice(2)
const about = JSON.parse(aboutText)
const address = (slug, what, more = '') => `${url}/api/public/forms/${slug}/${what}?domainId=${about.domain}${more}`
const done = 'Thank you. It has arrived.'

async function part(name, run) {
	const began = Date.now()
	await run()
	console.log(`ok    ${name}  (${((Date.now() - began) / 1000).toFixed(1)} s)`)
}

await part('without scripts: a mistake is told and mended', async () => {
	const browser = await open(browserPath, url, { javaScriptEnabled: false })
	const page = browser.page
	await page.goto(address(about.plain, 'page'))
	await page.getByLabel('Address').fill('ada@example.com')
	await page.getByLabel('Message').fill('without scripts')
	await page.getByLabel('Seats').fill('0')
	await page.getByRole('button').click()
	await page.getByRole('alert').getByRole('link', { name: 'Seats' }).waitFor()
	assert.equal(await page.getByLabel('Message').inputValue(), 'without scripts')
	await page.getByLabel('Seats').fill('2')
	await page.getByRole('button').click()
	await page.getByText(done).waitFor()
	await browser.close()
})

const browser = await open(browserPath, 'http://127.0.0.1:')
const page = browser.page

await part('its own page: accessible, conditions hold, work is done', async () => {
	await page.goto(address(about.working, 'page'))
	assert.deepEqual(await serious(page), [])
	assert.equal(await page.getByLabel('Outlet').isVisible(), false)
	await page.getByLabel('Topic').selectOption('press')
	await page.getByLabel('Outlet').fill('The Times')
	await page.getByLabel('Topic').selectOption('sales')
	assert.equal(await page.getByLabel('Outlet').isVisible(), false)
	await page.getByLabel('Topic').selectOption('press')
	await page.getByLabel('Address').fill('ada@example.com')
	await page.getByLabel('Message').fill('with scripts')
	await page.getByRole('button').click()
	await page.getByText(done).waitFor()
	assert.deepEqual(await serious(page), [])
	await page.goto(address(about.plain, 'page', '&locale=de'))
	assert.deepEqual(await serious(page), [])
})

const file = (name, text) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })

async function fillFiles(what) {
	await page.getByLabel('email').fill('files@example.com')
	await page.getByLabel('photo').setInputFiles(file('photo.txt', `photo ${what}`))
	await page.getByLabel('more').setInputFiles([file('one.txt', `one ${what}`), file('two.txt', `two ${what}`)])
}

await part('files are sent with it', async () => {
	await page.goto(address(about.files, 'page'))
	assert.deepEqual(await serious(page), [])
	await fillFiles('own page')
	await page.getByRole('button', { name: 'Send' }).click()
	await page.getByText(done).waitFor()
})

await part('the page of another origin, with a policy of its own', async () => {
	let slug = about.plain
	const policy = `default-src 'none'; script-src ${url}; connect-src ${url}; style-src 'nonce-host'`
	const host = createServer((request, response) => {
		response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy })
		response.end(`<!doctype html><html lang="en"><title>Shop</title><style nonce="host">:root { --wordclaw-accent: #7a1f00 }</style><main><h1>Shop</h1>
			<script src="${address(slug, 'embed.js')}" defer></script></main></html>`)
	})
	await new Promise(ready => host.listen(0, '127.0.0.1', ready))
	for (slug of [about.plain, about.working]) {
		await page.goto(`http://127.0.0.1:${host.address().port}/`)
		await page.getByLabel('Address').fill('ada@example.com')
		await page.getByLabel('Message').fill(`embedded ${slug}`)
		await page.getByLabel('Seats').fill('0')
		assert.deepEqual(await serious(page), [])
		assert.equal(await page.getByRole('button').evaluate(button => getComputedStyle(button).backgroundColor), 'rgb(122, 31, 0)')
		await page.getByRole('button').click()
		await page.getByRole('alert').getByText('Seats').waitFor()
		await page.getByLabel('Seats').fill('3')
		await page.getByRole('button').click()
		await page.getByRole('status').getByText(done).waitFor()
		assert.deepEqual(await serious(page), [])
	}
	slug = about.files
	await page.goto(`http://127.0.0.1:${host.address().port}/`)
	await fillFiles('embedded')
	assert.deepEqual(await serious(page), [])
	await page.getByRole('button', { name: 'Send' }).click()
	await page.getByRole('status').getByText(done).waitFor()
	host.close()
	host.closeAllConnections()
})

await browser.close()
assert.deepEqual(problems, [])
