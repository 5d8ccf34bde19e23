import { exportJWK, generateKeyPair } from 'jose';
import { type AdapterPayload, type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';

/** The members of the library's models that Portaria changes or that tests look at; its types leave most of them out. */
export type LibraryClient = {
  clientSecret: string;
  clientSecretExpiresAt?: number;
  compareClientSecret(actual: string): boolean;
  checkClientSecretExpiration(message: string): void;
  backchannelLogout(sub: string, sid: string): Promise<void>;
};
export type LibrarySession = {
  jti: string;
  uid: string;
  accountId?: string;
  loginTs?: number;
  exp?: number;
  touched?: boolean;
  save(ttl: number): Promise<unknown>;
  persist(): Promise<unknown>;
  resetIdentifier(): void;
};
type SessionModel = {
  new (payload?: object): LibrarySession;
  get(ctx: KoaContextWithOIDC): Promise<LibrarySession>;
};

export const librarySecret = 'a secret that is long enough to be one';
const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' };

/**
 * oidc-provider as it is, on a store in memory, with one client.
 * @returns what it read and sent so far as well
 */
export function newLibrary({ secretExpiresAt = 0, Library = Provider } = {}) {
  const reads: string[] = [];
  const sent: { url: string; body: string }[] = [];
  const rows = new Map<string, AdapterPayload>();
  const payroll = {
    client_id: 'payroll',
    client_secret: librarySecret,
    client_secret_expires_at: secretExpiresAt,
    redirect_uris: ['https://payroll.example/callback'],
    backchannel_logout_uri: 'https://payroll.example/logout',
    backchannel_logout_session_required: true,
    id_token_signed_response_alg: 'ES256',
  } as AdapterPayload;
  const adapter = (kind: string) => ({
    async find(id: string) {
      reads.push(`${kind} ${id}`);
      return kind === 'Client' ? (id === 'payroll' ? payroll : undefined) : rows.get(`${kind} ${id}`);
    },
    async upsert(id: string, payload: AdapterPayload) {
      rows.set(`${kind} ${id}`, payload);
    },
  });
  const provider = new Library('https://op.example', {
    adapter: adapter as unknown as Configuration['adapter'],
    jwks: { keys: [jwk as never] },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    cookies: { keys: ['a key of this test'] },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    fetch: async (url, options) => {
      sent.push({ url: String(url), body: String(options?.body) });
      return new Response(null, { status: 204 });
    },
  });
  return {
    provider,
    reads,
    sent,
    rows,
    Session: provider.Session as unknown as SessionModel,
    findClient: async () => (await provider.Client.find('payroll')) as unknown as LibraryClient,
  };
}
