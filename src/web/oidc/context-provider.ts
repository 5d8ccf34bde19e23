import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { ApiWithApplications } from '../../domain/applications/apis/index.ts';
import type { CustomField } from '../../domain/company/custom-fields/index.ts';
import { type Actor, openScope, type Scope } from '../../domain/scope.ts';
import type { Session } from '../../domain/sign-in/sessions/index.ts';
import { hashToken } from '../../platform/crypto/index.ts';
import { anonymousActor, clientOf, cookieNames, personActor, type ResolvedContext, type Services } from '../request/index.ts';
import type { OidcCaches } from './caches.ts';
import type { CompanyState, LibraryTools, SendLogoutToken } from './library/index.ts';

/** What exists once, whatever the company: routes, middlewares, models and configuration of the library. */
export type SharedProvider = {
  services: Services;
  caches: OidcCaches;
  provider: Provider;
  tools: LibraryTools;
  /** The library's own handling, to be entered for a company only. */
  handle: ReturnType<Provider['callback']>;
  sendLogoutToken: SendLogoutToken;
};

const protocol: Actor = { kind: 'system', name: 'oidc' };

export const scopeIn = (services: Services, { contextId }: ResolvedContext, actor = protocol): Scope =>
  openScope(services, contextId, actor);

const current = new AsyncLocalStorage<ContextProvider>();

/** The company that the work under way is for. @throws Error outside of `run`: the shared provider does nothing in nobody's name */
export function currentOp(): ContextProvider {
  const op = current.getStore();
  if (!op) throw new Error('the OpenID provider was asked for no company');
  return op;
}

/** The OpenID provider (`op`) of one context: what differs by company, in front of the one provider of the library that all share. */
export class ContextProvider {
  readonly context: ResolvedContext;
  /** By identifier; they do not change while this object lives. */
  readonly apis: ReadonlyMap<string, ApiWithApplications>;
  readonly customFields: CustomField[];
  readonly cookieNames: ReturnType<typeof cookieNames>;
  /** The library's state for this company. */
  readonly state: CompanyState;
  /** Of pairwise subjects, once it was asked for. */
  subjectKey: Promise<Buffer> | undefined;
  readonly #shared: SharedProvider;

  /** @param makeState creates the library's state for it */
  constructor(
    shared: SharedProvider,
    context: ResolvedContext,
    { apis, customFields }: Pick<ContextProvider, 'apis' | 'customFields'>,
    makeState: (op: ContextProvider) => CompanyState,
  ) {
    this.#shared = shared;
    this.context = context;
    this.apis = apis;
    this.customFields = customFields;
    this.cookieNames = cookieNames(context);
    this.state = makeState(this);
  }

  get services(): Services {
    return this.#shared.services;
  }

  get caches(): OidcCaches {
    return this.#shared.caches;
  }

  /** The library's, which belongs to no company: it may be used inside `run` only. */
  get provider(): Provider {
    return this.#shared.provider;
  }

  /** Everything that `work` does and awaits is done for this company. */
  run<Result>(work: () => Result): Result {
    return current.run(this, work);
  }

  /** Where something of this company is cached: after any change of the company nothing is found under the old keys. */
  keyOf(what: string): string {
    return `${this.context.edition} ${what}`;
  }

  /** Where it is cached whose this secret is. */
  holderKey(kind: string, secret: string): string {
    return this.keyOf(`${kind} ${hashToken(secret).toString('base64url')}`);
  }

  handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    return this.run(() => this.#shared.handle(request, response));
  }

  sendLogoutToken(...notice: Parameters<SendLogoutToken>): Promise<void> {
    return this.run(() => this.#shared.sendLogoutToken(...notice));
  }

  /** In the name of the protocol, where no person acts. */
  scope(): Scope {
    return scopeIn(this.services, this.context);
  }

  /** As an unknown sender, of whom only the address is known. */
  scopeFrom({ req }: Pick<KoaContextWithOIDC, 'req'>): Scope {
    return scopeIn(this.services, this.context, anonymousActor(clientOf(this.services, req)));
  }

  /** In the name of the person whose session the request came with. */
  scopeOf(ctx: KoaContextWithOIDC, own: Session): Scope {
    return scopeIn(this.services, this.context, personActor(own, clientOf(this.services, ctx.req)));
  }

  /** The same in every process and tab, and nothing anybody could guess: grants and session ids of parallel requests meet instead of replacing each other. */
  derivedId(kind: string, of: string): string {
    return this.services.keyRing.fingerprint(of, kind)[0]!;
  }
}
