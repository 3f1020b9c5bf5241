// The viewer over our own description: who one is comes first, then content, then what administers it.
/* global SwaggerUIBundle */
'use strict'

const ORDER = ['identity', 'content', 'workflow', 'embeddings', 'forms', 'payments', 'jobs', 'webhooks', 'audit', 'gateway']
const TITLES = { identity: 'Authentication: keys, people, tenants', content: 'Content', workflow: 'Reviews', embeddings: 'Search', forms: 'Forms', payments: 'Payments and offers',
	jobs: 'Jobs and schedules', webhooks: 'Webhooks', audit: 'Audit trail', gateway: 'Discovery and the gateway' }
const FIRST = ['GET /api/identity', 'GET /api/content-types', 'POST /api/content-types']

/** Whatever destroys, revokes or replaces: what it is done to nobody fills in but the reader. */
const isDestructive = (method, operation) => method === 'delete' || /\b(revoke|rotate|erase|purge|reset)\b/i.test(operation.summary ?? '')

function withoutExample(parameter) {
	const { example, examples, schema: { example: _, examples: __, default: ___, ...schema } = {}, ...rest } = parameter
	return { ...rest, schema, description: `${parameter.description ?? ''} Yours: there is no example.`.trim() }
}

/** As OpenAPI 3.0 says it: the viewer reads that many times faster, and shows the same. */
function older(node) {
	if (Array.isArray(node)) return node.map(older)
	if (!node || typeof node !== 'object') return node
	const { type, examples, const: constant, oneOf, ...rest } = node
	const made = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, older(value)]))
	const types = [type].flat().filter(one => typeof one === 'string' && one !== 'null')
	const shapes = oneOf?.filter?.(one => one.type !== 'null').map(older)
	if (type !== undefined && !Array.isArray(type) && typeof type !== 'string') made.type = older(type) // a property of that name
	else if (types.length === 1) made.type = types[0]
	if ([type].flat().includes('null') || shapes && shapes.length < oneOf.length) made.nullable = true
	if (shapes?.length === 1) made.allOf = shapes
	else if (oneOf !== undefined) made.oneOf = shapes ?? older(oneOf)
	if (Array.isArray(examples)) made.example = examples[0]
	else if (examples !== undefined) made.examples = older(examples)
	if (constant !== undefined) made.enum = [constant]
	return made
}

function prepared(document) {
	for (const methods of Object.values(document.paths)) {
		for (const [method, operation] of Object.entries(methods)) {
			if (!Array.isArray(operation.tags)) continue
			operation.tags = operation.tags.map(tag => TITLES[tag] ?? tag)
			if (isDestructive(method, operation))
				operation.parameters = operation.parameters?.map(parameter => parameter.in === 'path' ? withoutExample(parameter) : parameter)
		}
	}
	document.tags = ORDER.flatMap(name => document.tags.filter(tag => tag.name === name)).map(tag => ({ ...tag, name: TITLES[tag.name] }))
	const { webhooks, jsonSchemaDialect, ...rest } = document
	return { ...older(rest), openapi: '3.0.3', servers: [{ url: location.origin }] }
}

const rank = operation => {
	const at = FIRST.indexOf(`${operation.get('method').toUpperCase()} ${operation.get('path')}`)
	return at < 0 ? FIRST.length : at
}
const byPath = (a, b) => rank(a) - rank(b) || a.get('path').localeCompare(b.get('path')) || a.get('method').localeCompare(b.get('method'))

fetch('/openapi.json').then(reply => reply.json()).then(document_ => {
	SwaggerUIBundle({ spec: prepared(document_), dom_id: '#api', docExpansion: 'none', filter: true, deepLinking: true, defaultModelRendering: 'model', defaultModelsExpandDepth: -1,
		displayRequestDuration: true, validatorUrl: null, persistAuthorization: false, operationsSorter: byPath, syntaxHighlight: { activated: false },
		onComplete: () => document.documentElement.setAttribute('data-ready', 'true') })
}).catch(problem => { document.getElementById('api').textContent = `The description cannot be shown: ${problem.message}` })
