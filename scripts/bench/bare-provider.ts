// The limit to compare with: oidc-provider alone, in memory, without people, rules, audit or a disk. With the folder of a store it also makes one read and one durable write for each
// request, which a provider needs that keeps what it issued: the difference of the two is the price of the disk, and what we take beyond it is our own.
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import Provider, { type AdapterPayload } from 'oidc-provider';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/database/index.ts';

// the library's own memory store forgets after 1,000 entries, the session of this bench among them
/** What a request is about to save. */
const written = new AsyncLocalStorage<AdapterPayload[]>();
const stores = new Map<string, Map<string, AdapterPayload>>();
function memory(kind: string) {
  const store = stores.get(kind) ?? new Map<string, AdapterPayload>();
  stores.set(kind, store);
  const findBy = async (key: string, value: string) => [...store.values()].find((payload) => payload[key] === value);
  return {
    async upsert(id: string, payload: AdapterPayload) {
      store.set(id, payload);
      written.getStore()?.push(payload);
    },
    find: async (id: string) => store.get(id),
    findByUid: (uid: string) => findBy('uid', uid),
    findByUserCode: (code: string) => findBy('userCode', code),
    async consume(id: string) {
      store.get(id)!.consumed = Date.now() / 1000;
    },
    destroy: async (id: string) => void store.delete(id),
    revokeByGrantId: async () => {},
  };
}

const [port = '0', jwk = '{}', dataDir] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: 'bench',
      client_secret: 'bench-secret-bench-secret-bench-1',
      redirect_uris: ['http://127.0.0.1:9/callback'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      id_token_signed_response_alg: 'RS256',
    },
  ],
  adapter: memory,
  jwks: { keys: [JSON.parse(jwk)] },
  claims: { openid: ['sub'], profile: ['name'] },
  conformIdTokenClaims: false,
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Name ${id}` }) }),
  cookies: { keys: ['bench'] },
  pkce: { required: () => true },
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  expiresWithSession: () => false,
  features: { clientCredentials: { enabled: true }, devInteractions: { enabled: true } },
  ttl: {
    AccessToken: 900,
    AuthorizationCode: 60,
    ClientCredentials: 900,
    IdToken: 3600,
    Interaction: 3600,
    Grant: 86_400,
    RefreshToken: 86_400,
    Session: 86_400,
  },
});
if (dataDir) {
  const { url } = await startEmbeddedPostgres(dataDir);
  const named = (name: string) => url.replace('/portaria?', `/${name}?`);
  const administrator = new pg.Client({ connectionString: named('postgres') });
  await administrator.connect();
  await administrator.query('CREATE DATABASE bare_provider');
  await administrator.end();
  const pool = new pg.Pool({ connectionString: named('bare_provider'), max: 10 });
  await pool.query('CREATE TABLE artifacts (id uuid PRIMARY KEY, payload jsonb NOT NULL)');
  const one = randomUUID();
  await pool.query('INSERT INTO artifacts VALUES ($1, $2)', [one, { accountId: 'person', scope: 'openid profile', jti: one }]);
  provider.use(async (_ctx, next) => {
    await pool.query({ name: 'read', text: 'SELECT payload FROM artifacts WHERE id = $1', values: [one] });
    const payloads: AdapterPayload[] = [];
    await written.run(payloads, next);
    if (payloads.length === 0) return;
    const text = 'INSERT INTO artifacts SELECT * FROM unnest($1::uuid[], $2::jsonb[])';
    await pool.query({ name: 'write', text, values: [payloads.map(() => randomUUID()), payloads] });
  });
}
const server = provider.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
server.keepAliveTimeout = 65_000; // as ours: it waits while the other side is measured
