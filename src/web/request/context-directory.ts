import { LRUCache } from 'lru-cache';
import { type Context, type ContextFinder, contextAddress, contextMountPath } from '../../domain/company/contexts/index.ts';
import type { ContextId } from '../../domain/scope.ts';
import type { ChangeListener } from '../../platform/database/index.ts';
import type { PathOf } from './linked-page.ts';

/** A context and everything that derives from its configured address. */
export type ResolvedContext = Context & {
  /** Without a slash at the end: the issuer, the start of links. */
  url: string;
  origin: string;
  host: string;
  /** The path below which its pages live. */
  mount: string;
  isSecure: boolean;
  /** What SAML partners know the context by. */
  saml: { entityId: string; ssoUrl: string; sloUrl: string; artifactUrl: string; metadataUrl: string };
};

/** Finds the context of a request by path or host, from memory while change notices arrive. */
export class ContextDirectory {
  readonly #find: ContextFinder;
  readonly #listener: ChangeListener;
  readonly #baseUrl: string;
  readonly #baseHost: string;
  readonly #byKey: LRUCache<string, ResolvedContext>;
  /** The id of the other environment, or none, by the id of one. */
  readonly #pairs: LRUCache<string, { contextId?: ContextId }>;
  /** For each read under way, the subjects that changed since it began. */
  readonly #reads = new Set<Set<string>>();

  readonly #pathOf: PathOf;

  constructor(find: ContextFinder, listener: ChangeListener, baseUrl: string, size: number, pathOf: PathOf) {
    this.#find = find;
    this.#listener = listener;
    this.#baseUrl = baseUrl;
    this.#baseHost = new URL(baseUrl).host;
    this.#pathOf = pathOf;
    this.#byKey = new LRUCache({ max: size * 3, ttl: 60_000 });
    this.#pairs = new LRUCache({ max: size, ttl: 60_000 });
    listener.onChange((subject) => this.#forget(subject));
  }

  /** @param host of the request: it only chooses among configured addresses. @returns the context and the path inside it, or undefined */
  async resolve(host: string, path: string): Promise<{ context: ResolvedContext; path: string } | undefined> {
    if (host !== this.#baseHost) {
      const context = await this.#cached(`host:${host}`, () => this.#find.byHost(host));
      if (context) return { context, path };
    }
    const [, code = '', rest = ''] = /^\/([a-z0-9-]{1,63})(\/.*|)$/.exec(path) ?? [];
    const context = code ? await this.#cached(`code:${code}`, () => this.#find.byCode(code)) : undefined;
    // a context with an address of its own lives only there: below ours its cookies and links would be another host's
    return context && !context.address ? { context, path: rest } : undefined;
  }

  /** The one context of a server that has one. */
  async findOnly(): Promise<ResolvedContext | undefined> {
    const [first, second] = await this.#find.first(2);
    return first && !second ? this.#derive(first) : undefined;
  }

  byId(contextId: ContextId): Promise<ResolvedContext | undefined> {
    return this.#cached(`id:${contextId}`, () => this.#find.byId(contextId));
  }

  /** The company's other environment: of approval its production, of production its approval. */
  async findPair(context: ResolvedContext): Promise<ResolvedContext | undefined> {
    if (context.pairedContextId) return this.byId(context.pairedContextId);
    const hit = this.#listener.isTrusted ? this.#pairs.get(context.contextId) : undefined;
    if (hit) return hit.contextId && this.byId(hit.contextId);
    const changed = new Set<string>();
    this.#reads.add(changed);
    const found = await this.#find.pairOf(context).finally(() => this.#reads.delete(changed));
    if (!changed.has(context.contextId) && !changed.has('*')) this.#pairs.set(context.contextId, { contextId: found?.contextId });
    return found && this.#derive(found);
  }

  /** A context is known by its id, code and host; a change drops all three, and nothing of other contexts. */
  #forget(subject: string): void {
    for (const changed of this.#reads) changed.add(subject);
    if (subject === '*') this.#pairs.clear();
    else this.#pairs.delete(subject);
    for (const [key, { contextId }] of this.#byKey.entries()) if (subject === '*' || contextId === subject) this.#byKey.delete(key);
  }

  async #cached(key: string, load: () => Promise<Context | undefined>): Promise<ResolvedContext | undefined> {
    const hit = this.#listener.isTrusted ? this.#byKey.get(key) : undefined;
    if (hit) return hit;
    const changed = new Set<string>();
    this.#reads.add(changed);
    const found = await load().finally(() => this.#reads.delete(changed));
    const context = found && this.#derive(found);
    // a name that exists nowhere is not kept: strangers could fill the memory, and a company made now would be missing for a minute
    const isCurrent = context && !changed.has(context.contextId) && !changed.has('*');
    if (isCurrent) this.#byKey.set(key, context);
    return context;
  }

  #derive(context: Context): ResolvedContext {
    const url = contextAddress(context, this.#baseUrl);
    const { origin, host, protocol } = new URL(url);
    const saml = {
      entityId: context.samlEntityId ?? url,
      ssoUrl: url + this.#pathOf({ page: 'saml-sign-on' }),
      sloUrl: url + this.#pathOf({ page: 'saml-logout' }),
      artifactUrl: url + this.#pathOf({ page: 'saml-artifact' }),
      metadataUrl: url + this.#pathOf({ page: 'saml-metadata' }),
    };
    return { ...context, url, origin, host, mount: contextMountPath(context), isSecure: protocol === 'https:', saml };
  }
}
