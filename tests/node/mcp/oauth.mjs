// The way of a client that holds no key, with the SDK's own OAuth: oauth.mjs URL COOKIE
// It discovers, registers, is let in by a person whose browser this script plays, calls a tool, renews, and ends.
import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [url, cookie] = process.argv.slice(2);
const base = new URL(url).origin;
const redirect = 'http://127.0.0.1:33418/callback';

class Provider {
  get redirectUrl() { return redirect; }
  get clientMetadata() { return { client_name: 'SDK client', redirect_uris: [redirect], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], token_endpoint_auth_method: 'none' }; }
  state() { return 'a state & more'; }
  clientInformation() { return this.client; }
  saveClientInformation(client) { this.client = client; }
  tokens() { return this.kept; }
  saveTokens(tokens) { this.kept = tokens; this.n = (this.n ?? 0) + 1; }
  redirectToAuthorization(authorization) { this.authorization = authorization; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  codeVerifier() { return this.verifier; }
}

async function step(name, run) {
  try {
    await run();
    console.log(`ok   ${name}`);
  } catch (problem) {
    console.log(`FAIL ${name}\n      ${String(problem.stack ?? problem).replaceAll('\n', '\n      ')}`);
    process.exitCode = 1;
  }
}

// What the console's page /ui/authorize does.
async function consent(authorization, choice) {
  const asked = Object.fromEntries(authorization.searchParams);
  const body = { responseType: asked.response_type, clientId: asked.client_id, redirectUri: asked.redirect_uri, codeChallenge: asked.code_challenge,
    codeChallengeMethod: asked.code_challenge_method, scope: asked.scope, resource: asked.resource, state: asked.state, issuer: base };
  const post = async (path, more) => {
    const response = await fetch(base + path, { method: 'POST', headers: { cookie, 'x-wordclaw-console': '1', 'content-type': 'application/json' }, body: JSON.stringify({ ...body, ...more }) });
    const answer = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    return answer.data;
  };
  const shown = await post('/api/oauth/authorize/inspect', {});
  assert.equal(shown.clientName, 'SDK client');
  assert.equal(shown.isLocal, true);
  return new URL((await post('/api/oauth/authorize', choice)).redirectUrl);
}

const provider = new Provider();
const newClient = () => new Client({ name: 'oauth', version: '1' });
const transportOf = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
let transport = transportOf();
let client = newClient();

await step('without a token the client is sent to ask', async () => {
  await assert.rejects(client.connect(transport), UnauthorizedError);
  assert.equal(provider.authorization.origin + provider.authorization.pathname, `${base}/ui/authorize`);
  assert.equal(provider.authorization.searchParams.get('resource'), url);
  assert.match(provider.client.client_id, /^wcoc_/);
});
await step('a person who says no sends it away', async () => {
  const answer = await consent(provider.authorization, { approve: false });
  assert.equal(answer.searchParams.get('error'), 'access_denied');
  assert.equal(answer.searchParams.get('state'), 'a state & more');
  assert.equal(answer.searchParams.get('iss'), base);
});
await step('let in, it turns the code into a token', async () => {
  const answer = await consent(provider.authorization, { approve: true, scopes: ['content:read'], days: 7, writesPerMinute: 5 });
  assert.equal(answer.origin + answer.pathname, redirect);
  await transport.finishAuth(answer.searchParams.get('code'));
  assert.match(provider.kept.access_token, /^wcak_/);
  assert.equal(provider.kept.scope, 'content:read');
});
await step('it calls a tool', async () => {
  transport = transportOf();
  client = newClient();
  await client.connect(transport);
  const who = (await client.callTool({ name: 'whoami', arguments: {} })).structuredContent;
  assert.deepEqual(who.scopes, ['content:read']);
  assert.equal(who.actorSource, 'oauth');
  await client.close();
});
await step('when its token ends, it renews it by itself', async () => {
  const before = provider.kept, n = provider.n;
  provider.kept = { ...before, access_token: `wcak_${'0'.repeat(48)}` };
  transport = transportOf();
  client = newClient();
  await client.connect(transport);
  assert.equal(provider.n, n + 1);
  assert.notEqual(provider.kept.refresh_token, before.refresh_token);
  assert.equal((await client.callTool({ name: 'whoami', arguments: {} })).structuredContent.actorSource, 'oauth');
  await client.close();
  console.log(`refresh ${before.refresh_token} ${provider.kept.access_token} ${provider.client.client_id}`);
});
