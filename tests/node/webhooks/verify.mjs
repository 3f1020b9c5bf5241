// A delivery as receivers check it with the libraries of Standard Webhooks and of Svix: verify.mjs '{"headers": {}, "body": "", "secrets": [], "others": []}'.
import { strict as assert } from 'node:assert'
import { Webhook as Standard } from 'standardwebhooks'
import { Webhook as Svix } from 'svix'

const { headers, body, secrets, others } = JSON.parse(process.argv[2])
for (const [name, Library] of Object.entries({ standardwebhooks: Standard, svix: Svix })) {
	for (const secret of secrets) {
		const receiver = new Library(secret)
		const told = receiver.verify(body, headers) // throws what it does not take
		if (Library === Standard) assert.deepEqual(told, JSON.parse(body), `${name} reads it`)
		assert.throws(() => receiver.verify(body.replace('{', '{ '), headers), `${name} refuses another body`)
		assert.throws(() => receiver.verify(body, { ...headers, 'webhook-id': 'msg_other' }), `${name} refuses another id`)
		assert.throws(() => receiver.verify(body, { ...headers, 'webhook-timestamp': '1700000000' }), `${name} refuses another time`)
	}
	for (const secret of others) assert.throws(() => new Library(secret).verify(body, headers), `${name} refuses what another secret signed`)
}
console.log('ok')
