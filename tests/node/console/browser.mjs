// Debian's Chromium under Playwright, with what must never happen on any page: an error, a violation of the content policy, another host.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync', '--disable-dev-shm-usage']

export const problems = []

export async function open(executablePath, url, options = {}) {
	const profile = mkdtempSync(join(tmpdir(), 'wcui'))
	// Playwright's own scripts run in a world of their own, so the page's policy stays on.
	const context = await chromium.launchPersistentContext(profile, { executablePath, args: flags, locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options })
	context.setDefaultTimeout(8000)
	await context.addInitScript(() => addEventListener('securitypolicyviolation', event => console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`)))
	const watch = page => {
		page.on('console', message => { if (message.type() === 'error' && !/status of 4\d\d|ERR_ABORTED|status of 503/.test(message.text())) problems.push(`${page.url()}: ${message.text()}`) })
		page.on('pageerror', error => problems.push(`${page.url()}: ${error}`))
		page.on('dialog', dialog => { problems.push(`${page.url()}: ${dialog.type()} '${dialog.message()}'`); void dialog.dismiss() })
		page.on('request', request => { if (!request.url().startsWith(url) && !/^(data|blob|about):/.test(request.url())) problems.push(`asks ${request.url()}`) })
	}
	context.pages().forEach(watch)
	context.on('page', watch)
	return { context, page: context.pages()[0] ?? await context.newPage(), close: async () => { await context.close(); rmSync(profile, { recursive: true, force: true }) } }
}

/** Findings of axe that are serious or worse; rules: only these. */
export async function serious(page, rules) {
	if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(axeSource)
	const found = await page.evaluate(rules => globalThis.axe.run(document, { resultTypes: ['violations'], elementRef: false,
		runOnly: rules ? { type: 'rule', values: rules } : { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] } }), rules)
	return found.violations.filter(one => ['serious', 'critical'].includes(one.impact)).map(one => `${one.id}: ${one.nodes.map(node => node.html.slice(0, 160)).join(' | ')}`)
}
