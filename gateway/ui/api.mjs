// proto/generated/openapi.json -> registry.ts: where each operation is and what it takes and answers.
import { readFileSync, writeFileSync } from 'node:fs'

const [source, target] = process.argv.slice(2)
const document = JSON.parse(readFileSync(source, 'utf8'))
const quote = JSON.stringify
const typeName = name => name.split('_').map(part => part[0].toUpperCase() + part.slice(1)).join('')

function typeOf(schema) {
	if (!schema) return 'unknown'
	if (schema.$ref) return typeName(schema.$ref.split('/').pop())
	if (schema.oneOf) return schema.oneOf.map(typeOf).join(' | ')
	if (schema.allOf) return schema.allOf.map(typeOf).join(' & ')
	if (schema.enum) return schema.enum.map(quote).join(' | ')
	if (Array.isArray(schema.type)) return schema.type.map(type => typeOf({ ...schema, type })).join(' | ')
	switch (schema.type) {
	case 'integer': case 'number': return 'number'
	case 'string': return 'string'
	case 'boolean': return 'boolean'
	case 'null': return 'null'
	case 'array': return `(${typeOf(schema.items?.enum ? { type: 'string' } : schema.items)})[]` // what a form collects is text
	case 'object': return schema.properties ? members(schema) : 'Json'
	default: return 'unknown'
	}
}

function members(schema) {
	const required = new Set(schema.required ?? [])
	return `{ ${Object.entries(schema.properties).map(([name, value]) => `${quote(name)}${required.has(name) ? '' : '?'}: ${typeOf(value)}`).join('; ')} }`
}

const parameterOf = parameter => parameter.$ref ? null : parameter.in === 'header' ? null : parameter
const operations = new Map()
for (const [path, methods] of Object.entries(document.paths)) {
	for (const [method, entry] of Object.entries(methods)) {
		const id = entry['x-wordclaw']?.operation
		if (!id || operations.has(id) && /\.\d+$/.test(entry.operationId)) continue
		const parameters = (entry.parameters ?? []).map(parameterOf).filter(Boolean)
		const body = entry.requestBody?.content?.['application/json']?.schema
		const input = { properties: {}, required: [] }
		for (const { name, schema, required } of parameters) {
			input.properties[name] = schema
			if (required) input.required.push(name)
		}
		Object.assign(input.properties, body?.properties)
		input.required.push(...(body?.required ?? []))
		const answer = Object.entries(entry.responses).find(([status]) => status < '300')?.[1]?.content?.['application/json']?.schema
		const bare = !answer?.properties?.data
		operations.set(id, { method: method.toUpperCase(), path, query: parameters.filter(p => p.in === 'query').map(p => p.name), bare,
			input: members(input), data: typeOf(bare ? answer : answer.properties.data), meta: bare ? '{}' : typeOf(answer.properties.meta) })
	}
}
const choicesOf = entry => (entry.parameters ?? []).filter(parameter => parameter.in === 'query' && parameter.schema?.enum)
const choices = Object.values(document.paths).flatMap(methods => Object.values(methods)).filter(entry => entry['x-wordclaw'] && choicesOf(entry).length)
	.map(entry => [entry['x-wordclaw'].operation, Object.fromEntries(choicesOf(entry).map(({ name, schema }) => [name, schema.enum]))])
const sorted = [...operations].sort(([a], [b]) => a < b ? -1 : 1)
writeFileSync(target, `// Made by api.mjs from openapi.json: never edited.
export type Json = { [name: string]: unknown }
${Object.entries(document.components.schemas).map(([name, schema]) => `export type ${typeName(name)} = ${typeOf(schema)}`).join('\n')}

export interface Operations {
${sorted.map(([id, op]) => `\t${quote(id)}: { input: ${op.input}; data: ${op.data}; meta: ${op.meta} }`).join('\n')}
}

/** Method, path, names of the query; the other inputs are in the body. */
export const routes: { [id in keyof Operations]: readonly [string, string, readonly string[]] } = {
${sorted.map(([id, op]) => `\t${quote(id)}: [${quote(op.method)}, ${quote(op.path)}, ${quote(op.query)}],`).join('\n')}
}

/** Values of an operation's filters, where they are a closed set. */
export const choices: Record<string, Record<string, readonly string[]>> = ${JSON.stringify(Object.fromEntries(choices))}
`)
