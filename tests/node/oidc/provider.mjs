// An OpenID Connect provider: provider.mjs PORT REDIRECT.  Whoever asks is signed in as the account that login_hint names, "email" or
// "email unverified", without a question; lines on standard output say when it listens.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const [port, redirect, algorithm] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const pair = algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });

const provider = new Provider(issuer, {
  clients: [{ client_id: 'wordclaw', client_secret: 'a secret of both: &=', redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'], id_token_signed_response_alg: algorithm }],
  jwks: { keys: [{ ...pair.privateKey.export({ format: 'jwk' }), alg: algorithm, use: 'sig', kid: 'one' }] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false,
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  cookies: { keys: ['x'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: id.split(' ')[0], email_verified: !id.endsWith('unverified') }),
  }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});

// The person at the provider: signs in and consents at once.
provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const details = await provider.interactionDetails(ctx.req, ctx.res);
  const grant = new provider.Grant({ accountId: details.params.login_hint, clientId: details.params.client_id });
  grant.addOIDCScope('openid email');
  const result = { login: { accountId: details.params.login_hint }, consent: { grantId: await grant.save() } };
  return provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: false });
});

provider.listen(Number(port), '127.0.0.1', () => console.log(`listening ${issuer}`));
