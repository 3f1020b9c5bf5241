// /documentation in Debian's Chromium: documentation.mjs BROWSER URL KEY.  Wide and narrow; nothing of it asks another host or breaks the policy.
import { strict as assert } from 'node:assert'
import { open, problems } from './browser.mjs'

const [browserPath, url, key] = process.argv.slice(2)
const browser = await open(browserPath, url)
const page = browser.page
browser.context.setDefaultTimeout(30000) // a description of a megabyte is read by a machine that does other things too
const section = path => page.locator('.opblock').filter({ has: page.locator(`[data-path="${path}"]`) })

try {
	await page.goto(`${url}/documentation`)
	await page.locator('html[data-ready]').waitFor({ timeout: 20000 })
	const tags = await page.locator('.opblock-tag').evaluateAll(all => all.map(one => one.getAttribute('data-tag')))
	assert.equal(tags[0].split(':')[0], 'Authentication', 'what comes first')
	assert.ok(tags.indexOf('Content') < tags.indexOf('Audit trail') && tags.length >= 10, `tags: ${tags}`)

	await page.locator('button.authorize').first().click()
	await page.locator('.auth-container input').first().fill(key)
	await page.locator('.auth-container button.authorize').first().click()
	await page.locator('.btn-done').first().click()

	await page.locator('.opblock-tag').first().click()
	const identity = section('/api/identity').first()
	await identity.locator('.opblock-summary-control').click()
	await identity.getByRole('button', { name: 'Try it out' }).click()
	await identity.getByRole('button', { name: 'Execute' }).click()
	await identity.locator('.live-responses-table').getByText('"domainId"').first().waitFor()
	await identity.locator('.opblock-summary-control').click()

	const revoke = page.locator('.opblock-delete').filter({ has: page.locator('[data-path="/api/auth/keys/{id}"]') }).first()
	await revoke.locator('.opblock-summary-control').click()
	await revoke.getByRole('button', { name: 'Try it out' }).click()
	assert.equal(await revoke.locator('tr[data-param-name="id"] input').inputValue(), '', 'the id of what is revoked')
	await revoke.getByRole('button', { name: 'Execute' }).click()
	assert.equal(await revoke.locator('.live-responses-table').count(), 0, 'it was sent without an id')

	await page.setViewportSize({ width: 400, height: 800 })
	const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
	assert.ok(overflow <= 0, `the page is ${overflow} px too wide at 400`)
	assert.deepEqual(problems, [])
	console.log('ok')
} catch (error) {
	console.log(`FAIL ${error.stack}\n${problems.join('\n')}`)
	process.exitCode = 1
} finally {
	await browser.close()
}
