import Keygrip from 'keygrip';
import type { ApiWithApplications } from '../../domain/applications/apis/index.ts';
import type { listMappedClaims } from '../../domain/applications/applications/index.ts';
import type { Branding } from '../../domain/company/branding/index.ts';
import type { CustomField } from '../../domain/company/custom-fields/index.ts';
import type { SigningKey } from '../../domain/company/signing-keys/index.ts';
import { announcedClaims } from './claims.ts';
import type { ContextProvider } from './context-provider.ts';
import { discoveryOf } from './discovery.ts';
import { type CompanyState, type LibraryTools, publicPart } from './library/index.ts';

/** What was read of a company. */
export type Loaded = {
  keys: SigningKey[];
  mappedClaims: Awaited<ReturnType<typeof listMappedClaims>>;
  customFields: CustomField[];
  mayRegister: boolean;
  links: Branding['links'];
  apis: ReadonlyMap<string, ApiWithApplications>;
};

const cookie = { httpOnly: true, sameSite: 'lax', signed: true, overwrite: true } as const;
const [plain, secure] = [false, true].map((isSecure) => ({
  long: { ...cookie, secure: isSecure, path: '/' },
  short: { ...cookie, secure: isSecure },
})) as [CookieOptions, CookieOptions];
type CookieOptions = Pick<CompanyState['cookies'], 'long' | 'short'>;

/** The library's state for one company: kept small, the rest is created on demand. */
export class OwnState implements CompanyState {
  readonly keystore: CompanyState['keystore'];
  readonly announced: CompanyState['announced'];
  readonly mayRegister: boolean;
  readonly #op: ContextProvider;
  readonly #links: Branding['links'];
  readonly #tools: LibraryTools;
  #cookies: CompanyState['cookies'] | undefined;
  #nonces: CompanyState['nonces'] | undefined;

  constructor(op: ContextProvider, { keys, mappedClaims, customFields, mayRegister, links }: Loaded, tools: LibraryTools) {
    this.#op = op;
    this.#links = links;
    this.#tools = tools;
    this.mayRegister = mayRegister;
    // it signs with the first of an algorithm: of the others nobody needs the private part
    const isFirst = (key: SigningKey) => keys.find(({ alg }) => alg === key.alg) === key;
    this.keystore = tools.keyStoreOf(keys.map((key) => (isFirst(key) ? key : publicPart(key))));
    this.announced = tools.announce(announcedClaims(mappedClaims, customFields));
  }

  get issuer(): string {
    return this.#op.context.url;
  }

  get discovery(): object {
    return discoveryOf({ mayRegister: this.mayRegister, links: this.#links })!;
  }

  get cookies(): CompanyState['cookies'] {
    this.#cookies ??= cookiesOf(this.#op);
    return this.#cookies;
  }

  get nonces(): CompanyState['nonces'] {
    this.#nonces ??= this.#tools.noncesOf(this.#op.services.keyRing.derive(`dpop-nonce:${this.#op.context.contextId}`)[0]!);
    return this.#nonces;
  }
}

function cookiesOf({ services, context, cookieNames: names }: ContextProvider): CompanyState['cookies'] {
  const keys = services.keyRing.derive(`oidc-cookies:${context.contextId}`).map((key) => key.toString('base64'));
  return {
    names: { session: names.op, interaction: names.interaction, resume: names.resume },
    keys: new Keygrip(keys, 'sha256', 'base64'),
    ...(context.isSecure ? secure : plain),
  };
}
