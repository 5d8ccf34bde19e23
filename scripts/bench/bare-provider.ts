// The limit to compare with: oidc-provider alone, in memory, without people, rules, audit or a disk.
import Provider, { type AdapterPayload } from 'oidc-provider';

// the library's own memory store forgets after 1,000 entries, the session of this bench among them
const stores = new Map<string, Map<string, AdapterPayload>>();
function memory(kind: string) {
  const store = stores.get(kind) ?? new Map<string, AdapterPayload>();
  stores.set(kind, store);
  const findBy = async (key: string, value: string) => [...store.values()].find((payload) => payload[key] === value);
  return {
    upsert: async (id: string, payload: AdapterPayload) => void store.set(id, payload),
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

const [port = '0', jwk = '{}'] = process.argv.slice(2);
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
const server = provider.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
server.keepAliveTimeout = 65_000; // as ours: it waits while the other side is measured
