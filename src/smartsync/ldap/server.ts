import type { ServerHealth } from '../../smartsync-protocol/index.ts';
import { hasBase } from './base.ts';
import { Connection } from './connection.ts';
import { type Facts, readFacts } from './facts.ts';
import { ConnectionFailure, code, hasCode, messageOf } from './failure.ts';
import { Pool } from './pool.ts';
import type { Fault } from './report.ts';
import type { DirectorySettings } from './settings.ts';

const mostService = 8;
const mostReading = 4;
const mostPersonal = 32;

/** Readings may be slow; sign-ins may not. */
const readingTimeoutMs = 120_000;
const hastyTimeoutMs = 3000;

/** A wrong bind of the service account is not tried over and over: the directory would lock it. */
const wrongBindPauseMs = 600_000;

export type Purpose = 'service' | 'reading' | 'person';

/** One server of the directory, and our connections to it. */
export class Server {
  readonly url: string;
  facts?: Facts;
  isEncrypted?: boolean;
  /** Undefined until it was looked at. */
  isUp?: boolean;
  fault?: Fault;
  detail?: string;
  /** Something failed there since it was looked at: others are asked first. */
  isSuspect = false;
  #noBindBefore = 0;
  readonly #pools: Record<Purpose, Pool>;
  readonly #settings: DirectorySettings;

  constructor(settings: DirectorySettings, url: string) {
    this.url = url;
    this.#settings = settings;
    const ordinaryMs = settings.timeoutSeconds * 1000;
    // with another server to ask, nobody waits long for one that does not answer
    const personalMs = settings.urls.length > 1 ? Math.min(ordinaryMs, hastyTimeoutMs) : ordinaryMs;
    this.#pools = {
      service: new Pool(() => this.#openService(personalMs), mostService),
      reading: new Pool(() => this.#openService(Math.max(ordinaryMs, readingTimeoutMs), ordinaryMs), mostReading),
      person: new Pool(() => Connection.open(settings, url, personalMs), mostPersonal),
    };
  }

  get health(): ServerHealth {
    return { url: this.url, isUp: this.isUp === true, fault: this.fault, detail: this.detail?.slice(0, 2000) };
  }

  /** @param purpose connections for `person` are bound to nobody */
  use<T>(purpose: Purpose, work: (connection: Connection) => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.#pools[purpose].use(work, signal);
  }

  /** Whether it answers, is trusted, and takes our bind. Its connections end when not. */
  async look(signal: AbortSignal): Promise<void> {
    if (Date.now() < this.#noBindBefore) return;
    try {
      await this.use(
        'service',
        async (connection) => {
          await this.#learn(connection);
          await this.#findBase(connection);
        },
        signal,
      );
      this.#setUp();
    } catch (error) {
      if (!signal.aborted) this.#setDown(error);
    }
  }

  /** So that the next look tries even a bind that was wrong. */
  forgive(): void {
    this.#noBindBefore = 0;
  }

  #setUp(): void {
    this.isUp = true;
    this.isSuspect = false;
    this.fault = undefined;
    this.detail = undefined;
  }

  #setDown(error: unknown): void {
    this.isUp = false;
    this.fault = faultOf(error);
    this.detail = messageOf(error);
    this.close();
  }

  close(): void {
    for (const pool of Object.values(this.#pools)) pool.closeAll();
  }

  async #openService(timeoutMs: number, connectMs = timeoutMs): Promise<Connection> {
    const { bindDn, bindPassword } = this.#settings;
    if (Date.now() < this.#noBindBefore) throw new ConnectionFailure('wrong-bind', this.detail ?? '');
    const connection = await Connection.open(this.#settings, this.url, timeoutMs, connectMs);
    try {
      await connection.bind(bindDn, bindPassword).catch((error) => {
        if (faultOf(error) === 'wrong-bind') this.#noBindBefore = Date.now() + wrongBindPauseMs;
        throw error;
      });
      if (!this.facts) await this.#learn(connection);
      return connection;
    } catch (error) {
      connection.close();
      throw new ConnectionFailure(faultOf(error), messageOf(error));
    }
  }

  async #learn(connection: Connection): Promise<void> {
    this.facts = await readFacts(connection, this.#settings.baseDn);
    this.isEncrypted = connection.isEncrypted;
  }

  /** Where nobody is found, a server that answers is of no use. */
  async #findBase(connection: Connection): Promise<void> {
    const base = this.#settings.baseDn ?? this.facts?.rootDn;
    if (!base || (await hasBase(connection, base))) return;
    throw new ConnectionFailure('base-not-found', base);
  }
}

/** Of a connection or a bind of the service account. */
export function faultOf(error: unknown): Fault {
  if (error instanceof ConnectionFailure) return error.fault;
  if (hasCode(error, code.invalidCredentials, code.invalidDnSyntax, code.noSuchObject)) return 'wrong-bind';
  if (hasCode(error, code.strongerAuthRequired, code.confidentialityRequired)) return 'needs-encryption';
  if (hasCode(error, code.busy, code.unavailable)) return 'unavailable';
  return 'bind-refused';
}
