// Screenshots of every page, light and dark, wide and narrow: shots.mjs BROWSER URL THINGS DIRECTORY
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { open } from './browser.mjs'
import { pages, visit } from './pages.mjs'

const [browserPath, url, thingsText, directory] = process.argv.slice(2)
const things = JSON.parse(thingsText)
const browser = await open(browserPath, url)
const page = browser.page
mkdirSync(directory, { recursive: true })
const shoot = async name => {
	for (const colorScheme of ['light', 'dark']) {
		await page.emulateMedia({ colorScheme })
		await page.screenshot({ path: join(directory, `${name}-${colorScheme}.png`), fullPage: true })
	}
}
await page.goto(`${url}/ui`)
await page.waitForSelector('input[type=password]')
await shoot('sign-in')
await page.fill('input[type=email]', things.email)
await page.fill('input[type=password]', things.password)
await page.click('button[type=submit]')
await page.waitForSelector('nav')
for (const [name, path] of Object.entries(pages(things))) {
	await visit(page, path)
	await page.waitForTimeout(150)
	await shoot(name)
}
await page.setViewportSize({ width: 320, height: 640 })
for (const name of ['home', 'content', 'item', 'reviews', 'keys']) {
	await visit(page, pages(things)[name])
	await page.waitForTimeout(150)
	await shoot(`${name}-narrow`)
}
await browser.close()
