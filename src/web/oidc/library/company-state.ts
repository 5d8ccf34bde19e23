// Why the library must be changed: it keeps issuer, keys, claims and cookies' keys of its own, so each company would need a provider, of half a megabyte and 4 ms (docs/decisions/0023-one-provider.md).
import type { Configuration, Provider } from 'oidc-provider';
import type { SigningKey } from '../../../domain/company/signing-keys/index.ts';
import type { ProviderState } from './provider-state.ts';

type Claims = Record<string, null | Record<string, null>>;
/** What applications may ask for. */
type Announced = { scopes: Set<string>; claims: Claims; claimsSupported: Set<string> };

/** What differs by company, as the library asks for it. */
export type CompanyState = {
  readonly issuer: string;
  readonly keystore: Iterable<SigningKey>;
  readonly announced: Announced;
  /** prompt=create is known. */
  readonly mayRegister: boolean;
  readonly discovery: object;
  readonly nonces: object;
  readonly cookies: {
    names: Record<string, string>;
    keys: { sign(data: string): string; verify(data: string, digest: string): boolean };
    long: object;
    short: object;
  };
};

/** Makes what a company's state consists of, as the library makes it. */
export type LibraryTools = {
  keyStoreOf(keys: SigningKey[]): CompanyState['keystore'];
  noncesOf(secret: Buffer): object;
  announce(announced: { scopes: string[]; claims: { openid: string[] } }): Announced;
};

type Interactions = { policy: NonNullable<Configuration['interactions']>['policy'] };

/**
 * One provider for all companies: wherever the library reads what differs, it is that of the company in force.
 * @param current throws where there is none
 * @param registering the policy where people may register; the provider's own is for where they may not
 */
export function followCompany(
  provider: Provider,
  state: ProviderState,
  current: () => CompanyState,
  registering: NonNullable<Interactions['policy']>,
): LibraryTools {
  const { configuration } = state;
  const tools = toolsOf(state);
  const announced: Announced = {
    scopes: configuration.scopes,
    claims: configuration.claims,
    claimsSupported: configuration.claimsSupported,
  };
  rememberNothing(provider, configuration, current);
  const answer = (owner: object, name: string, get: () => unknown): void => {
    if (!(name in owner)) throw new Error(`oidc-provider has no ${name}`);
    Object.defineProperty(owner, name, { get, configurable: true });
  };
  answer(provider, 'issuer', () => current().issuer);
  answer(provider, 'keys', () => current().cookies.keys);
  answer(state, 'keystore', () => current().keystore);
  answer(state, 'jwks', () => ({ keys: [...current().keystore].map(publicPart) }));
  answer(state, 'DPoPNonces', () => current().nonces);
  answer(configuration, 'cookies', () => current().cookies);
  const { discovery, prompts, interactions } = configuration;
  answer(configuration, 'discovery', () => ({ ...discovery, ...current().discovery }));
  for (const name of ['scopes', 'claims', 'claimsSupported'] as const) answer(configuration, name, () => current().announced[name]);
  const more = { prompts: new Set([...prompts, 'create']), interactions: { ...interactions, policy: registering } };
  answer(configuration, 'prompts', () => (current().mayRegister ? more.prompts : prompts));
  answer(configuration, 'interactions', () => (current().mayRegister ? more.interactions : interactions));
  return { ...tools, announce: announcer(announced) };
}

/** Two of the library's classes keep these when they are made, at their first use: they get what asks each time. */
function rememberNothing(provider: Provider, configuration: ProviderState['configuration'], current: () => CompanyState): void {
  const has = (name: 'scopes' | 'claimsSupported') => ({ has: (value: string) => current().announced[name].has(value) }) as Set<string>;
  configuration.scopes = has('scopes');
  configuration.claimsSupported = has('claimsSupported');
  configuration.claims = new Proxy({} as Claims, { get: (_none, scope) => current().announced.claims[String(scope)] });
  void [provider.Client, provider.Claims];
}

function toolsOf({ keystore, DPoPNonces }: ProviderState): Omit<LibraryTools, 'announce'> {
  const KeyStore = keystore.constructor as new (keys: SigningKey[]) => CompanyState['keystore'];
  const Nonces = DPoPNonces.constructor as new (secret: Buffer, info: string) => object;
  return { keyStoreOf: (keys) => new KeyStore(keys), noncesOf: (secret) => new Nonces(secret, 'DPoP') };
}

/** As the library reads its configuration. What most companies have is held once. */
const announcer =
  (base: Announced): LibraryTools['announce'] =>
  ({ scopes, claims: { openid } }) => {
    if (scopes.every((one) => base.scopes.has(one)) && openid.every((one) => base.claimsSupported.has(one))) return base;
    const always = Object.keys(base.claims).filter((name) => base.claims[name] === null);
    return {
      scopes: new Set(scopes),
      claims: { ...base.claims, openid: Object.fromEntries(openid.map((name) => [name, null])) },
      claimsSupported: new Set([...openid, ...always]),
    };
  };

const publicMembers = ['kty', 'use', 'kid', 'alg', 'crv', 'e', 'n', 'x', 'y'] as const;

const publicPart = (key: SigningKey) =>
  Object.fromEntries(publicMembers.flatMap((name) => (name in key ? [[name, key[name as 'kid']]] : [])));
