// What an agent does with the product, told once for every client library: create, change, conflict, publish, undo, audit, listen.
import assert from 'node:assert/strict';

const UPDATE_SECONDS_MAX = 10;

const SCHEMA = {
  type: 'object',
  properties: { title: { type: 'string', minLength: 1 }, body: { type: 'string' }, tags: { type: 'array', items: { type: 'string' } } },
  required: ['title'],
};

// Steps run in order and share what they found; each is one check, and those after a failed one still run.
const steps = [];
const step = (name, run) => steps.push({ name, run });

async function call(agent, name, args) {
  const result = await agent.client.callTool({ name, arguments: args });
  assert.ok(Array.isArray(result.content) && result.content.length > 0, `${name} answers no content`);
  return result;
}

async function done(agent, name, args) {
  const result = await call(agent, name, args);
  assert.ok(!result.isError, `${name} failed: ${JSON.stringify(result.content).slice(0, 500)}`);
  assert.ok(result.structuredContent, `${name} answers no structured content`);
  return result.structuredContent;
}

async function refused(agent, name, args, code) {
  const result = await call(agent, name, args);
  assert.ok(result.isError, `${name} was not refused: ${JSON.stringify(result).slice(0, 500)}`);
  const { error } = result.structuredContent;
  assert.equal(error.code, code);
  assert.ok(error.remediation, `${code} says nothing about what to do`);
  return error;
}

step('the server names itself, its version and what it can do', async (agent) => {
  const info = agent.client.getServerVersion();
  assert.ok(info?.name && info?.version, `server info: ${JSON.stringify(info)}`);
  const can = agent.client.getServerCapabilities();
  for (const part of ['tools', 'resources', 'prompts', 'completions']) assert.ok(can[part], `no capability ${part}`);
});

step('the tools describe what they take and what they do to the world', async (agent) => {
  const { tools } = await agent.client.listTools();
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  for (const name of ['create_content_type', 'create_content_item', 'update_content_item', 'rollback_content_item', 'get_audit_logs'])
    assert.ok(byName.has(name), `no tool ${name}`);
  assert.equal(byName.get('get_content_item').annotations.readOnlyHint, true);
  assert.equal(byName.get('delete_content_item').annotations.destructiveHint, true);
  assert.ok(byName.get('update_content_item').inputSchema.required.includes('expectedVersion'));
  for (const tool of tools) assert.ok(tool.title && tool.description, `${tool.name} has no title or description`);
});

step('a content type is made, and read back as a resource', async (agent) => {
  const made = await done(agent, 'create_content_type', { name: 'Article', slug: agent.slug, schema: SCHEMA });
  agent.typeId = made.id;
  const { contents } = await agent.client.readResource({ uri: `content://types/${made.id}` });
  assert.equal(contents[0].uri, `content://types/${made.id}`);
  assert.equal(JSON.parse(contents[0].text).slug, agent.slug);
});

step('an item that breaks its schema is refused with the field and an example', async (agent) => {
  const error = await refused(agent, 'create_content_item', { contentTypeId: agent.typeId, data: { body: 'no title' } },
    'CONTENT_SCHEMA_VALIDATION_FAILED');
  assert.ok(error.context.requestId);
});

step('arguments that break the tool are refused with an example that invents nothing', async (agent) => {
  const error = await refused(agent, 'create_content_item', { contentTypeId: true, data: { title: 'x' } }, 'VALIDATION_ERROR');
  assert.equal(error.violations[0].pointer, '/contentTypeId');
  assert.match(error.example.contentTypeId, /^<.+>$/);
  assert.deepEqual(error.example.data, { title: 'x' });
});

step('a dry run says what would happen and keeps nothing', async (agent) => {
  const before = await done(agent, 'get_content_items', { contentTypeId: agent.typeId });
  await done(agent, 'create_content_item', { contentTypeId: agent.typeId, data: { title: 'Dry' }, dryRun: true });
  const after = await done(agent, 'get_content_items', { contentTypeId: agent.typeId });
  assert.equal(after.total, before.total);
});

step('an item is made', async (agent) => {
  const item = await done(agent, 'create_content_item', { contentTypeId: agent.typeId, data: { title: 'Launch', tags: ['a'] } });
  assert.equal(item.version, 1);
  assert.equal(item.status, 'draft');
  agent.itemId = item.id;
  agent.uri = `content://items/${item.id}`;
});

step('a subscriber hears of a change to the item', async (agent) => {
  await agent.subscribe(agent.uri);
  const patched = await done(agent, 'update_content_item', { id: agent.itemId, data: { body: 'Text' }, expectedVersion: 1 });
  assert.equal(patched.version, 2);
  assert.deepEqual(patched.data, { title: 'Launch', tags: ['a'], body: 'Text' });
  await agent.heard(agent.uri, UPDATE_SECONDS_MAX);
});

step('a change without the version it is based on is not tried', async (agent) => {
  const error = await refused(agent, 'update_content_item', { id: agent.itemId, data: { body: 'Blind' } }, 'VALIDATION_ERROR');
  assert.equal(error.violations[0].pointer, '/expectedVersion');
});

step('a stale change is refused with both sides, and its corrected example resolves it', async (agent) => {
  const error = await refused(agent, 'update_content_item', { id: agent.itemId, data: { title: 'Mine' }, expectedVersion: 1 }, 'VERSION_CONFLICT');
  assert.equal(error.context.currentVersion ?? error.context.theirs?.version, 2, JSON.stringify(error.context));
  assert.equal(error.example.expectedVersion, 2);
  const resolved = await done(agent, 'update_content_item', error.example);
  assert.equal(resolved.version, 3);
  assert.equal(resolved.data.title, 'Mine');
  assert.equal(resolved.data.body, 'Text');
});

step('the item is published and the public sees it', async (agent) => {
  await refused(agent, 'get_content_item', { id: agent.itemId, draft: false }, 'CONTENT_ITEM_UNPUBLISHED');
  const published = await done(agent, 'update_content_item', { id: agent.itemId, status: 'published', expectedVersion: 3 });
  assert.equal(published.publicationState, 'published');
  const seen = await done(agent, 'get_content_item', { id: agent.itemId, draft: false });
  assert.equal(seen.data.title, 'Mine');
});

step('a rollback brings an old version back as a new one', async (agent) => {
  const rolled = await done(agent, 'rollback_content_item', { id: agent.itemId, version: 1, expectedVersion: 4 });
  assert.equal(rolled.version, 5);
  const item = await done(agent, 'get_content_item', { id: agent.itemId });
  assert.deepEqual(item.data, { title: 'Launch', tags: ['a'] });
  const { versions } = await done(agent, 'get_content_item_versions', { id: agent.itemId });
  assert.deepEqual(versions.map((v) => v.version).sort(), [1, 2, 3, 4]);
});

step('the audit trail names every one of these changes, and who made them', async (agent) => {
  const deadline = Date.now() + 1000 * UPDATE_SECONDS_MAX;
  const wanted = ['create', 'rollback', 'update', 'update', 'update'];
  for (;;) {
    const { entries } = await done(agent, 'get_audit_logs', { entityType: 'content_item', entityId: agent.itemId });
    const actions = entries.map((entry) => entry.action).sort();
    if (actions.length >= wanted.length || Date.now() > deadline) {
      assert.deepEqual(actions, wanted);
      for (const entry of entries) assert.ok(entry.actorId && entry.requestId, `entry without actor or request: ${JSON.stringify(entry)}`);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const verdict = await done(agent, 'verify_audit_log', {});
  assert.equal(verdict.isIntact, true);
});

step('the subscriber heard of the later changes too, and hears nothing once it stopped', async (agent) => {
  await agent.heard(agent.uri, UPDATE_SECONDS_MAX);
  await agent.unsubscribe(agent.uri);
});

step('a prompt embeds the schema of the type', async (agent) => {
  const { prompts } = await agent.client.listPrompts();
  assert.ok(prompts.some((prompt) => prompt.name === 'content-generation-template'), JSON.stringify(prompts));
  const { messages } = await agent.client.getPrompt({
    name: 'content-generation-template', arguments: { contentTypeId: String(agent.typeId), topic: 'Tea' } });
  assert.ok(messages[0].content.text.includes('minLength'), 'the schema is not in the prompt');
});

step('completion offers the ids there are', async (agent) => {
  const { completion } = await agent.client.complete({
    ref: { type: 'ref/prompt', name: 'content-generation-template' }, argument: { name: 'contentTypeId', value: '' } });
  assert.ok(completion.values.includes(String(agent.typeId)), JSON.stringify(completion));
});

step('a tool nobody has is an error of the protocol', async (agent) => {
  await assert.rejects(agent.client.callTool({ name: 'no_such_tool', arguments: {} }), (error) => error.code === -32602);
});

// Run every step with an agent { client, subscribe, unsubscribe, heard }, then count.
export async function run(agent, further = []) {
  let failures = 0;
  agent.slug = `article-${process.pid}`;
  const all = [...steps, ...further];
  for (const { name, run: body } of all) {
    try {
      await body(agent);
      console.log(`ok    ${name}`);
    } catch (error) {
      failures++;
      console.log(`FAIL  ${name}\n      ${error.stack}`);
    }
  }
  console.log(`COUNT ${all.length} ${failures}`);
  process.exitCode = failures ? 1 : 0;
}

// Notifications that arrived, to be waited for.
export class Updates {
  constructor() {
    this.uris = [];
    this.waiting = [];
  }

  arrived(uri) {
    this.uris.push(uri);
    for (const wake of this.waiting.splice(0)) wake();
  }

  async heard(uri, seconds) {
    const deadline = Date.now() + 1000 * seconds;
    while (!this.uris.includes(uri)) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`no update of ${uri} within ${seconds} s; heard of: ${this.uris.join(' ') || 'nothing'}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiting.push(() => { clearTimeout(timer); resolve(); });
      });
    }
    this.uris.splice(this.uris.indexOf(uri), 1);
  }
}
