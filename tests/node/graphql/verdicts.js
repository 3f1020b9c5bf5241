// The same random documents to graphql-js and to a server: the verdict on each must be the same.  verdicts.js URL KEY FILE SEED N.
'use strict';

const fs = require('fs');
const { buildSchema, parse, validate } = require('graphql');
const { Generator } = require('./generate.js');

const SHOWN_MAX = 10;
const AT_ONCE = 16;

function theirs(schema, query) {
  let document;
  try {
    document = parse(query);
  } catch (error) {
    return { verdict: 'syntax', why: error.message };
  }
  const errors = validate(schema, document);
  return errors.length ? { verdict: 'invalid', why: errors.map(({ message }) => message).join('; ') } : { verdict: 'valid', why: '' };
}

// An operation that is not there: the document is parsed and validated, and nothing is asked.
async function ours(url, key, query) {
  const response = await fetch(url, { method: 'POST', headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ query, operationName: 'nowhere' }) });
  const { errors } = await response.json();
  const verdicts = { GRAPHQL_SYNTAX_ERROR: 'syntax', GRAPHQL_VALIDATION_FAILED: 'invalid', GRAPHQL_OPERATION_UNKNOWN: 'valid' };
  return { verdict: verdicts[errors[0].extensions.code] ?? errors[0].extensions.code, why: errors.map(({ message }) => message).join('; ') };
}

async function main() {
  const [url, key, file, seed, n] = process.argv.slice(2);
  const schema = buildSchema(fs.readFileSync(file, 'utf8'));
  const generator = new Generator(schema, Number(seed));
  const documents = [];
  for (let i = 0; i < Number(n); i++) {
    const text = generator.document();
    documents.push(text, generator.broken(text));
  }
  const counts = {};
  const different = [];
  for (let i = 0; i < documents.length; i += AT_ONCE) {
    await Promise.all(documents.slice(i, i + AT_ONCE).map(async (query) => {
      const [a, b] = [theirs(schema, query), await ours(url, key, query)];
      counts[a.verdict] = (counts[a.verdict] ?? 0) + 1;
      if (a.verdict !== b.verdict) different.push({ query, a, b });
    }));
  }
  for (const { query, a, b } of different.slice(0, SHOWN_MAX)) {
    console.log(`DIFFERENT\n${query}\n  graphql-js: ${a.verdict} ${a.why}\n  ours: ${b.verdict} ${b.why}`);
  }
  console.log(`${documents.length} documents, ${JSON.stringify(counts)}, ${different.length} verdicts differ (seed ${seed})`);
  console.log(`COUNT ${documents.length} ${different.length}`);
  process.exit(different.length ? 1 : 0);
}

main();
