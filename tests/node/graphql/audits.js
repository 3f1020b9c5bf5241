// Every audit of graphql-http against a server: audits.js URL KEY.  Prints one line per audit that does not pass, and a COUNT.
'use strict';

const { serverAudits } = require('graphql-http');

async function main() {
  const [url, key] = process.argv.slice(2);
  const fetchFn = (target, options = {}) => fetch(target, { ...options, headers: { 'x-api-key': key, ...options.headers } });
  const results = [];
  for (const audit of serverAudits({ url, fetchFn })) results.push(await audit.fn());
  const isWrong = ({ name, status }) => status === 'error' || (status !== 'ok' && /^(MUST|SHOULD)/.test(name));
  for (const result of results.filter(({ status }) => status !== 'ok')) {
    console.log(`${isWrong(result) ? 'FAILED' : 'note'} ${result.id} ${result.name}: ${result.reason}`);
  }
  const count = (kind) => results.filter(({ name }) => name.startsWith(kind)).length;
  console.log(`${results.length} audits: ${count('MUST')} MUST, ${count('SHOULD')} SHOULD, ${count('MAY')} MAY`);
  const nWrong = results.filter(isWrong).length;
  console.log(`COUNT ${results.length} ${nWrong}`);
  process.exit(nWrong || !results.length ? 1 : 0);
}

main();
