// The journey with @modelcontextprotocol/sdk, which keeps a session: session.mjs URL KEY
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { Updates, run } from './journey.mjs';

const [url, key] = process.argv.slice(2);
const updates = new Updates();
const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { 'x-api-key': key } } });
const client = new Client({ name: 'journey', version: '1' });

client.setNotificationHandler(ResourceUpdatedNotificationSchema, (notification) => updates.arrived(notification.params.uri));
await client.connect(transport);

await run({
  client,
  subscribe: (uri) => client.subscribeResource({ uri }),
  unsubscribe: (uri) => client.unsubscribeResource({ uri }),
  heard: (uri, seconds) => updates.heard(uri, seconds),
}, [
  { name: 'the session answers a ping', run: () => client.ping() },
  {
    name: 'an ended session is gone',
    run: async () => {
      const { sessionId } = transport;
      assert.ok(sessionId, 'there was no session');
      await transport.terminateSession();
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'x-api-key': key, 'content-type': 'application/json', accept: 'application/json, text/event-stream',
          'mcp-session-id': sessionId, 'mcp-protocol-version': '2025-11-25' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      });
      assert.equal(answer.status, 404);
    },
  },
]);
await client.close();
