// What graphql-js makes of a server's introspection, against the schema as text: schema.js URL KEY FILE.
'use strict';

const fs = require('fs');
const { buildClientSchema, buildSchema, findBreakingChanges, findDangerousChanges, getIntrospectionQuery, lexicographicSortSchema,
  printSchema, validateSchema } = require('graphql');

async function introspect(url, key) {
  const query = getIntrospectionQuery({ specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true });
  const response = await fetch(url, { method: 'POST', headers: { 'x-api-key': key, 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function main() {
  const [url, key, file] = process.argv.slice(2);
  const served = buildClientSchema(await introspect(url, key));
  const written = buildSchema(fs.readFileSync(file, 'utf8'));
  const problems = [...validateSchema(served), ...validateSchema(written)].map(({ message }) => message);
  // Where the specification's own directives may stand is its business: graphql-js is ahead of it.
  const changes = [...findBreakingChanges(written, served), ...findDangerousChanges(written, served)];
  changes.filter(({ type }) => type !== 'DIRECTIVE_LOCATION_REMOVED').forEach(({ description }) => problems.push(description));
  const [a, b] = [served, written].map((schema) => printSchema(lexicographicSortSchema(schema)));
  if (a !== b) {
    const [linesA, linesB] = [a.split('\n'), b.split('\n')];
    const at = linesA.findIndex((line, i) => line !== linesB[i]);
    problems.push(`printed, they differ in line ${at + 1}: served '${linesA[at]}', written '${linesB[at]}'`);
  }
  problems.forEach((problem) => console.log(problem));
  console.log(`${Object.keys(served.getTypeMap()).length} types`);
  process.exit(problems.length ? 1 : 0);
}

main();
