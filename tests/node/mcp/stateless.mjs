// The journey with @modelcontextprotocol/client, which sends every request on its own: stateless.mjs URL KEY
import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Updates, run } from './journey.mjs';

const [url, key] = process.argv.slice(2);
const updates = new Updates();
const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { Authorization: `Bearer ${key}` } } });
const client = new Client({ name: 'journey', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
let subscription;

client.setNotificationHandler('notifications/resources/updated', (notification) => updates.arrived(notification.params.uri));
await client.connect(transport);

await run({
  client,
  subscribe: async (uri) => {
    subscription = await client.listen({ resourceSubscriptions: [uri] });
    assert.deepEqual(subscription.honoredFilter.resourceSubscriptions, [uri]);
  },
  unsubscribe: async () => {
    await subscription.close();
    assert.equal(await subscription.closed, 'local');
  },
  heard: (uri, seconds) => updates.heard(uri, seconds),
}, [
  { name: 'there is no session', run: () => assert.equal(transport.sessionId, undefined) },
  {
    name: 'a client of either generation finds its way by itself',
    run: async () => {
      const other = new Client({ name: 'journey', version: '1' }, { versionNegotiation: { mode: 'auto' } });
      await other.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { Authorization: `Bearer ${key}` } } }));
      assert.ok((await other.listTools()).tools.length > 0);
      await other.close();
    },
  },
]);
await client.close();
