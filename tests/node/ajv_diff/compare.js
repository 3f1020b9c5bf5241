// The same random pairs to ajv and to `wordclaw schema check --ndjson`: every verdict must be the same.
'use strict';

const { spawnSync } = require('child_process');
const Ajv = require('ajv').default;
const Ajv2020 = require('ajv/dist/2020').default;
const addFormats = require('ajv-formats').default;
const { pairs } = require('./generate.js');

const SHOWN_MAX = 10;
const OUTPUT_BYTES_MAX = 1 << 28;

function ajvVerdicts(list) {
  let lastSchema;
  let validate;
  return list.map(({ schema, data }) => {
    if (schema !== lastSchema) {
      const isDraft7 = typeof schema === 'object' && /draft-07/.test(schema.$schema);
      const ajv = new (isDraft7 ? Ajv : Ajv2020)({ strict: false, logger: false });
      addFormats(ajv);
      validate = ajv.compile(schema);
      lastSchema = schema;
    }
    try {
      return validate(data);
    } catch (error) {
      return null; // ajv's generated code fails on some patternProperties under anyOf: no verdict
    }
  });
}

function ownVerdicts(program, list) {
  const input = list.map((pair) => JSON.stringify(pair)).join('\n') + '\n';
  const run = spawnSync(program, ['schema', 'check', '--ndjson'], { input, maxBuffer: OUTPUT_BYTES_MAX });
  if (run.status !== 0) throw new Error(`${program}: exit ${run.status}: ${run.stderr}`);
  return run.stdout.toString().trim().split('\n').map((line) => JSON.parse(line));
}

function main() {
  const [program, seed, nSchemas] = process.argv.slice(2);
  const list = [...pairs(Number(seed), Number(nSchemas))];
  const theirs = ajvVerdicts(list);
  const ours = ownVerdicts(program, list);
  const different = list.filter((_, i) => theirs[i] !== null && (ours[i].schemaError || ours[i].valid !== theirs[i]));
  const nValid = theirs.filter(Boolean).length;

  for (const pair of different.slice(0, SHOWN_MAX)) {
    const i = list.indexOf(pair);
    console.log(`DIFFERENT ajv ${theirs[i]}\n  ${JSON.stringify(pair)}\n  ${JSON.stringify(ours[i])}`);
  }
  console.log(`${list.length} pairs, ${nValid} valid, ${different.length} verdicts differ (seed ${seed})`);
  console.log(`COUNT ${list.length} ${different.length}`);
  process.exit(different.length ? 1 : 0);
}

main();
