// What is generated, used by a project: data of every field type there and back, as types, validators and client say.
import assert from 'node:assert/strict';
import { WordClawError, WordClawRestClient, contentSchemasBySlug, parseEverythingData, parseWithSchema, schemaHash } from './generated/index.js';
import type { EverythingData, HomePageData } from './generated/index.js';

const [url, apiKey, hash, referenced, asset] = process.argv.slice(2) as [string, string, string, string, string];
const client = new WordClawRestClient({ baseUrl: url, apiKey });
const contentItemId = Number(referenced);
const assetId = Number(asset);

const data: EverythingData = {
  title: { en: 'Hello', de: 'Hallo' },
  body: 'Long\ntext',
  price: 1.5,
  count: 3,
  open: true,
  colour: 'red',
  cover: { assetId },
  gallery: [{ assetId }],
  author: { contentItemId },
  related: [{ contentItemId }],
  seo: { keywords: 'a b', deep: { flag: false } },
  tags: ['x', 'y'],
  links: [{ href: 'https://example.org' }],
  blocks: [{ blockType: 'quote', text: 'So be it' }, { blockType: 'divider', style: 'thin' }],
};

// @ts-expect-error a colour that is no option
const wrongColour: EverythingData = { ...data, colour: 'green' };
// @ts-expect-error a locale that is not supported
const wrongLocale: EverythingData = { ...data, title: { fr: 'Salut' } };
// @ts-expect-error a field that is missing
const missing: HomePageData = {};
// @ts-expect-error a block that is none
const wrongBlock: EverythingData = { ...data, blocks: [{ blockType: 'video' }] };

assert.equal(schemaHash, hash);
assert.deepEqual(parseEverythingData(data), data);
for (const wrong of [wrongColour, wrongLocale, wrongBlock, { ...data, count: 1.5 }, { ...data, unknown: 1 }, { ...data, title: { de: 'x' } }]) {
  assert.throws(() => parseEverythingData(wrong), 'a validator takes what the server refuses');
  await assert.rejects(client.createContentItem('everything', wrong as EverythingData), (error) => error instanceof WordClawError && error.code === 'CONTENT_SCHEMA_VALIDATION_FAILED');
}
assert.throws(() => parseWithSchema(contentSchemasBySlug['home-page'], missing));

const made = await client.createContentItem('everything', data);
assert.deepEqual(made.data, data);
const read = await client.getContentItem('everything', made.id);
assert.deepEqual(parseEverythingData(read.data), data);
const changed = await client.updateContentItem('everything', made.id, { ...read.data, count: 4 }, read.version);
assert.equal(changed.data.count, 4);
const page = await client.listContentItems('everything', { limit: 1 });
assert.deepEqual(page.items.map((item) => item.id), [made.id]);
const german = await client.getContentItem('everything', made.id, { locale: 'de' });
assert.equal(german.localeResolution?.resolvedFieldCount, 1);

await client.putGlobal('home-page', { headline: 'Welcome' });
assert.equal((await client.getHomePageGlobal()).item?.data.headline, 'Welcome');
assert.equal((await client.listGlobals()).length, 1);
console.log('there and back');
