import { type Context, type ContextFinder, contextAddress, contextMountPath } from '../../domain/company/contexts/index.ts';
import type { ContextId } from '../../domain/scope.ts';
import { Cache } from '../../platform/cache/index.ts';
import { type ChangeListener, Editions } from '../../platform/database/index.ts';
import type { PathOf } from './linked-page.ts';

/** A context and everything that derives from its configured address. */
export type ResolvedContext = Context & {
  /** Begins the keys of what is cached for the company: after any change of it there is another. */
  edition: number;
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

/** Notices are enough; this bounds how long a fault of theirs would last. */
const ttlMs = 600_000;

/** Finds the context of a request by path or host, from memory while change notices arrive. */
export class ContextDirectory {
  readonly #find: ContextFinder;
  readonly #listener: ChangeListener;
  readonly #baseUrl: string;
  readonly #baseHost: string;
  readonly #byId: Cache<ResolvedContext>;
  /** Which context a code or host led to last. It is asked whether it still has it. */
  readonly #ids: Cache<ContextId>;
  /** The id of the other environment, or none, by the id of one. */
  readonly #pairs: Cache<{ contextId?: ContextId }>;
  readonly #editions: Editions;
  /** For each read under way, the subjects that changed since it began. */
  readonly #reads = new Set<Set<string>>();

  readonly #pathOf: PathOf;

  constructor(find: ContextFinder, listener: ChangeListener, baseUrl: string, size: number, pathOf: PathOf) {
    this.#find = find;
    this.#listener = listener;
    this.#baseUrl = baseUrl;
    this.#baseHost = new URL(baseUrl).host;
    this.#pathOf = pathOf;
    this.#byId = new Cache({ name: 'companies', max: size, ttlMs });
    this.#ids = new Cache({ name: 'company_addresses', max: size });
    this.#editions = new Editions(listener);
    this.#pairs = new Cache({ name: 'company_pairs', max: size, ttlMs });
    listener.onChange((subject) => this.#forget(subject));
  }

  /** @param host of the request: it only chooses among configured addresses. @returns the context and the path inside it, or undefined */
  async resolve(host: string, path: string): Promise<{ context: ResolvedContext; path: string } | undefined> {
    if (host !== this.#baseHost) {
      const context = await this.#byHost(host);
      if (context) return { context, path };
    }
    const [, code = '', rest = ''] = /^\/([a-z0-9-]{1,63})(\/.*|)$/.exec(path) ?? [];
    const context = code ? await this.#byCode(code) : undefined;
    // a context with an address of its own lives only there: below ours its cookies and links would be another host's
    return context && !context.address ? { context, path: rest } : undefined;
  }

  /** The one context of a server that has one. */
  async findOnly(): Promise<ResolvedContext | undefined> {
    return this.#read(async () => {
      const [first, second] = await this.#find.first(2);
      return second ? undefined : first;
    });
  }

  async byId(contextId: ContextId): Promise<ResolvedContext | undefined> {
    return this.#known(contextId) ?? this.#read(() => this.#find.byId(contextId));
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
    return found && this.#keep(found, changed);
  }

  #byHost(host: string): Promise<ResolvedContext | undefined> {
    const addresses = [`https://${host}`, `http://${host}`];
    return this.#byName(
      `host:${host}`,
      () => this.#find.byHost(host),
      ({ address }) => address !== undefined && addresses.includes(address),
    );
  }

  #byCode(code: string): Promise<ResolvedContext | undefined> {
    return this.#byName(
      `code:${code}`,
      () => this.#find.byCode(code),
      (context) => context.code === code,
    );
  }

  async #byName(
    name: string,
    find: () => Promise<Context | undefined>,
    hasName: (context: Context) => boolean,
  ): Promise<ResolvedContext | undefined> {
    const contextId = this.#ids.get(name);
    const known = contextId && this.#known(contextId);
    if (known && hasName(known)) return known;
    const found = await this.#read(find);
    // a name that exists nowhere is not kept: strangers could fill the memory, and a company made now would be missing
    if (found) this.#ids.set(name, found.contextId);
    return found;
  }

  #known(contextId: ContextId): ResolvedContext | undefined {
    return this.#listener.isTrusted ? this.#byId.get(contextId) : undefined;
  }

  #forget(subject: string): void {
    for (const changed of this.#reads) changed.add(subject);
    for (const cache of [this.#byId, this.#pairs])
      if (subject === '*') cache.clear();
      else cache.delete(subject);
  }

  async #read(find: () => Promise<Context | undefined>): Promise<ResolvedContext | undefined> {
    const changed = new Set<string>();
    this.#reads.add(changed);
    const found = await find().finally(() => this.#reads.delete(changed));
    return found && this.#keep(found, changed);
  }

  /** @param changed since it began to be read: then it is handed out, and neither kept nor believed later */
  #keep(found: Context, changed: Set<string>): ResolvedContext {
    const isOvertaken = changed.has(found.contextId) || changed.has('*');
    const context = this.#derive(found, isOvertaken ? this.#editions.next() : this.#editions.of(found.contextId));
    if (!isOvertaken) this.#byId.set(context.contextId, context);
    return context;
  }

  #derive(context: Context, edition: number): ResolvedContext {
    const url = contextAddress(context, this.#baseUrl);
    const { origin, host, protocol } = new URL(url);
    const saml = {
      entityId: context.samlEntityId ?? url,
      ssoUrl: url + this.#pathOf({ page: 'saml-sign-on' }),
      sloUrl: url + this.#pathOf({ page: 'saml-logout' }),
      artifactUrl: url + this.#pathOf({ page: 'saml-artifact' }),
      metadataUrl: url + this.#pathOf({ page: 'saml-metadata' }),
    };
    return { ...context, edition, url, origin, host, mount: contextMountPath(context), isSecure: protocol === 'https:', saml };
  }
}
