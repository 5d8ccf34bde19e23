import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Attribute, type Change, Client, type Control, type Entry, PagedResultsControl, type SearchOptions } from 'ldapts';
import { Page } from './controls.ts';
import { ConnectionFailure, codeOf, messageOf } from './failure.ts';
import { encodeFilter } from './filter.ts';
import type { DirectorySettings } from './settings.ts';
import { openSocket } from './sockets.ts';

/** `filter` in text (RFC 4515). `bytes`: attributes that are no text. */
export type Search = { scope?: 'base' | 'one' | 'sub'; filter?: string; attributes: string[]; bytes?: string[]; sizeLimit?: number };

const pageSize = 500;

/**
 * One connection to one server, over a socket that is open and trusted before ldapts gets it. It never opens itself again: ldapts would do so without the bind. What fails other than by a result
 * code is a ConnectionFailure, after which the connection is of no use.
 */
export class Connection {
  readonly url: string;
  readonly isEncrypted: boolean;
  readonly client: Client;
  readonly #socket: Socket;
  #nextPage: Buffer | undefined;

  private constructor(url: string, socket: Socket, timeoutMs: number) {
    this.url = url;
    this.#socket = socket;
    this.isEncrypted = socket instanceof TLSSocket;
    let isTaken = false;
    this.client = new Client({
      url: 'ldap://directory',
      timeout: timeoutMs,
      createConnection: () => {
        if (isTaken || socket.destroyed) throw new ConnectionFailure('unavailable', `${url} closed the connection`);
        isTaken = true;
        return socket;
      },
    });
    this.client['messageParser'].on('message', (message: { controls?: Control[] }) => {
      const page = message.controls?.find((control) => control instanceof PagedResultsControl);
      if (page?.value?.cookie?.length) this.#nextPage = Buffer.from(page.value.cookie);
    });
  }

  /** @param timeoutMs of each operation */
  static async open(settings: DirectorySettings, url: string, timeoutMs: number, connectMs = timeoutMs): Promise<Connection> {
    return new Connection(url, await openSocket(settings, url, connectMs), timeoutMs);
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.readyState === 'open';
  }

  /** At once, also in the middle of something, which then fails. */
  close(): void {
    this.#socket.destroy();
  }

  /** An empty password would be no proof (RFC 4513 §5.1.2), nor would an empty name. */
  async bind(dn: string, password: string, controls: Control[] = []): Promise<void> {
    if (!dn || !password) throw new ConnectionFailure('wrong-bind', 'a bind without a name or a password proves nothing');
    await this.#do(() => this.client.bind(dn, password, controls));
  }

  async search(base: string, search: Search, controls: Control[] = []): Promise<Entry[]> {
    const options = ldaptsOptions(search);
    const { searchEntries } = await this.#do(() => this.client.search(base, options, controls));
    return searchEntries;
  }

  /** The entry, or undefined where there is none that the account may see. */
  async read(dn: string, attributes: string[], bytes: string[] = [], controls: Control[] = []): Promise<Entry | undefined> {
    return (await this.search(dn, { scope: 'base', attributes, bytes }, controls))[0];
  }

  /** Page by page (RFC 2696), so that neither a limit of the server nor our memory matters. A page may be empty and not the last, where ldapts would take it for the end. */
  async *pages(base: string, search: Search, controls: Control[] = []): AsyncGenerator<Entry[]> {
    let cookie: Buffer | undefined = Buffer.alloc(0);
    while (cookie) {
      this.#nextPage = undefined;
      const page = await this.search(base, search, [...controls, new Page(pageSize, cookie)]);
      cookie = this.#nextPage;
      if (page.length > 0) yield page;
    }
  }

  async modify(dn: string, changes: Change[], controls: Control[] = []): Promise<void> {
    await this.#do(() => this.client.modify(dn, changes, controls));
  }

  async add(dn: string, attributes: Attribute[]): Promise<void> {
    await this.#do(() => this.client.add(dn, attributes));
  }

  async remove(dn: string): Promise<void> {
    await this.#do(() => this.client.del(dn));
  }

  async extended(oid: string, value: Buffer, controls: Control[] = []): Promise<void> {
    await this.#do(() => this.client.exop(oid, value, controls));
  }

  /** For what ldapts cannot do itself (syncrepl.ts). */
  async with<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return this.#do(() => work(this.client));
  }

  async #do<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) !== undefined || error instanceof ConnectionFailure) throw error;
      this.close();
      throw new ConnectionFailure(/timed out/.test(messageOf(error)) ? 'no-answer' : 'unavailable', messageOf(error));
    }
  }
}

/** Aliases are not followed, and ldapts leaves referrals alone. The time limit is ours: ldapts would set ten seconds. */
const ldaptsOptions = ({ bytes = [], filter = '(objectClass=*)', ...options }: Search): SearchOptions => ({
  ...options,
  filter: encodeFilter(filter),
  explicitBufferAttributes: bytes,
  derefAliases: 'never',
  timeLimit: 0,
});
