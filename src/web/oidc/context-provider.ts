import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { ApiWithApplications } from '../../domain/applications/apis/index.ts';
import { type Actor, openScope, type Scope } from '../../domain/scope.ts';
import type { Session } from '../../domain/sign-in/sessions/index.ts';
import { anonymousActor, clientOf, cookieNames, personActor, type ResolvedContext, type Services } from '../request/index.ts';
import type { SendLogoutToken } from './library/index.ts';

type Built = { provider: Provider; sendLogoutToken: SendLogoutToken };

const protocol: Actor = { kind: 'system', name: 'oidc' };

export const scopeIn = (services: Services, { contextId }: ResolvedContext, actor = protocol): Scope =>
  openScope(services, contextId, actor);

/** The OpenID provider (`op`) of one context: the library's, and everything that belongs to it and goes with it. */
export class ContextProvider {
  readonly services: Services;
  readonly context: ResolvedContext;
  /** By identifier; they do not change while this provider lives. */
  readonly apis: ReadonlyMap<string, ApiWithApplications>;
  readonly cookieNames: ReturnType<typeof cookieNames>;
  readonly provider: Provider;
  readonly handle: ReturnType<Provider['callback']>;
  readonly sendLogoutToken: SendLogoutToken;
  /** Discovery and keys, by the library's name of the route: the same bytes for as long as this provider lives. */
  readonly documents = new Map<string, Buffer>();

  /** @param build makes the library's provider; what it hands to the library may use this object once it is built */
  constructor(services: Services, context: ResolvedContext, apis: ContextProvider['apis'], build: (op: ContextProvider) => Built) {
    this.services = services;
    this.context = context;
    this.apis = apis;
    this.cookieNames = cookieNames(context);
    const { provider, sendLogoutToken } = build(this);
    this.provider = provider;
    this.handle = provider.callback();
    this.sendLogoutToken = sendLogoutToken;
  }

  /** In the name of the protocol, where no person acts. */
  scope(): Scope {
    return scopeIn(this.services, this.context);
  }

  /** In the name of whoever sent this, of whom nothing is known but the address. */
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
