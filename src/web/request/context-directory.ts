import { LRUCache } from 'lru-cache';
import {
  type Context,
  contextAddress,
  contextMountPath,
  findContextByCode,
  findContextByHost,
  findContextById,
  listContexts,
} from '../../domain/company/contexts/index.ts';
import type { ContextId } from '../../domain/scope.ts';
import type { ChangeListener, Database } from '../../platform/database/index.ts';
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
  saml: { entityId: string; ssoUrl: string; sloUrl: string; metadataUrl: string };
};

/** Finds the context of a request by path or host, from memory while change notices arrive. */
export class ContextDirectory {
  readonly #database: Database;
  readonly #listener: ChangeListener;
  readonly #baseUrl: string;
  readonly #baseHost: string;
  readonly #pathOf: PathOf;
  readonly #byKey: LRUCache<string, { context: ResolvedContext | undefined }>;

  constructor(database: Database, listener: ChangeListener, baseUrl: string, size: number, pathOf: PathOf) {
    this.#database = database;
    this.#listener = listener;
    this.#baseUrl = baseUrl;
    this.#baseHost = new URL(baseUrl).host;
    this.#pathOf = pathOf;
    this.#byKey = new LRUCache({ max: size * 3, ttl: 60_000 });
    listener.onChange(() => this.#byKey.clear());
  }

  /**
   * @param host of the request: it only chooses among configured addresses
   * @returns the context and the path inside it, or undefined
   */
  async resolve(host: string, path: string): Promise<{ context: ResolvedContext; path: string } | undefined> {
    if (host !== this.#baseHost) {
      const context = await this.#cached(`host:${host}`, () => findContextByHost(this.#database.knex, host));
      if (context) return { context, path };
    }
    const [, code = '', rest = ''] = /^\/([a-z0-9-]{1,63})(\/.*|)$/.exec(path) ?? [];
    const context = code ? await this.#cached(`code:${code}`, () => findContextByCode(this.#database.knex, code)) : undefined;
    // a context with an address of its own lives only there: below ours its cookies and links would be another host's
    return context && !context.address ? { context, path: rest } : undefined;
  }

  /** The one context of a server that has one. */
  async findOnly(): Promise<ResolvedContext | undefined> {
    const [first, second] = await listContexts(this.#database.knex, 2);
    return first && !second ? this.#derive(first) : undefined;
  }

  byId(contextId: ContextId): Promise<ResolvedContext | undefined> {
    return this.#cached(`id:${contextId}`, () => findContextById(this.#database.knex, contextId));
  }

  async #cached(key: string, load: () => Promise<Context | undefined>): Promise<ResolvedContext | undefined> {
    const hit = this.#listener.isTrusted ? this.#byKey.get(key) : undefined;
    if (hit) return hit.context;
    const found = await load();
    const context = found && this.#derive(found);
    // a name that exists nowhere is not kept: strangers could fill the memory, and a company made now would be missing for a minute
    if (context) this.#byKey.set(key, { context });
    return context;
  }

  #derive(context: Context): ResolvedContext {
    const url = contextAddress(context, this.#baseUrl);
    const { origin, host, protocol } = new URL(url);
    const saml = {
      entityId: context.samlEntityId ?? url,
      ssoUrl: url + this.#pathOf({ page: 'saml-sign-on' }),
      sloUrl: url + this.#pathOf({ page: 'saml-logout' }),
      metadataUrl: url + this.#pathOf({ page: 'saml-metadata' }),
    };
    return { ...context, url, origin, host, mount: contextMountPath(context), isSecure: protocol === 'https:', saml };
  }
}
