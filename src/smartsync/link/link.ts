import { setTimeout as sleep } from 'node:timers/promises';
import type { DirectoryStatus } from '../../smartsync-protocol/index.ts';
import { fingerprintOf, hashOfToken, type Identity, readIdentity, writeIdentity } from '../identity/identity.ts';
import type { Log } from '../log.ts';
import type { SettingsStore } from '../settings/index.ts';
import { linkFaultKey, translator } from '../texts/index.ts';
import type { Served } from './desk.ts';
import { enrol } from './enrol.ts';
import { type LinkError, type LinkFault, linkErrorOf } from './faults.ts';
import { proxyFor, shownProxy, Way } from './proxy.ts';
import { Session } from './session.ts';

/** What the local page shows of the connection. `tokenFault`: why the last token bought nothing. */
export type LinkState = {
  kind: 'unset' | 'connecting' | 'connected' | 'waiting' | 'stopped';
  fault?: LinkFault;
  detail?: string;
  tokenFault?: LinkFault;
  directory?: string;
  fingerprint?: string;
  lastContact?: Date;
  proxy?: string;
};

const say = translator('en');

type Parts = {
  store: SettingsStore;
  log: Log;
  sharedProxy: { httpsProxy: string | undefined; noProxy: string | undefined };
  directory(): Served | undefined;
  status(): DirectoryStatus;
};

const firstWaitMs = 200;
const longestWaitMs = 30_000;
/** Of a server that says no: it is asked again in case somebody changes that there. */
const refusedWaitMs = 60_000;
const refusals: LinkFault[] = ['unknown-agent', 'wrong-proof', 'incompatible', 'not-portaria', 'agents-full', 'replaced'];
const isRefusedToken = (fault: LinkFault): boolean => fault === 'token-refused' || fault === 'token-expired';
/** A connection that lived so long was a good one: the next attempt is fast again. */
const goodAfterMs = 5000;

/** Keeps the agent connected to its server: enrols, connects, and tries again. */
export class Link {
  #state: LinkState = { kind: 'unset' };
  #identity: Identity | undefined;
  #session: Session | undefined;
  #refusedToken: string | undefined;
  #isClosing = false;
  readonly #listeners = new Set<() => void>();
  #changes = 0;
  #wake: () => void = () => {};
  readonly #parts: Parts;
  readonly #running: Promise<void>;

  /** @throws Error when the identity cannot be read */
  constructor(parts: Parts) {
    this.#parts = parts;
    this.#identity = readIdentity(parts.store.folder, parts.store.secrets);
    this.#running = this.#run();
  }

  state(): LinkState {
    const contact = this.#state.kind === 'connected' ? new Date() : this.#state.lastContact;
    return {
      ...this.#state,
      lastContact: contact,
      directory: this.#identity?.directory,
      fingerprint: this.#identity && fingerprintOf(this.#identity.keys),
      proxy: this.#proxy && shownProxy(this.#proxy),
    };
  }

  tell(status: DirectoryStatus): void {
    this.#session?.tell(status);
  }

  /** Settings were changed: connects with what they say now. */
  async restart(): Promise<void> {
    this.#refusedToken = undefined;
    this.#become('connecting');
    this.#changes++;
    this.#wake();
    await this.#session?.close(0);
  }

  /** Resolves when it is known how the attempt ended, after `mostMs` at the latest. */
  async settled(mostMs: number): Promise<void> {
    const isSettled = () => this.#state.kind !== 'connecting';
    if (isSettled()) return;
    let timer: NodeJS.Timeout | undefined;
    let listener = () => {};
    await new Promise<void>((resolve) => {
      listener = () => void (isSettled() && resolve());
      this.#listeners.add(listener);
      timer = setTimeout(resolve, mostMs);
    });
    this.#listeners.delete(listener);
    clearTimeout(timer);
  }

  /** Finishes what is being done within `graceMs`, and ends. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    this.#changes++;
    this.#wake();
    await this.#session?.close(graceMs);
    // an enrolment that is under way is not waited for
    await Promise.race([this.#running, sleep(500, undefined, { ref: false })]);
  }

  get #proxy(): string | undefined {
    const { server, proxy } = this.#parts.store.current;
    return server && proxyFor(server, { proxy, ...this.#parts.sharedProxy });
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isClosing; ) {
      const seen = this.#changes;
      const { server } = this.#parts.store.current;
      if (!server || !(this.#identity || this.#token)) {
        this.#become('unset');
        await this.#wait(seen);
        continue;
      }
      const startedAt = performance.now();
      try {
        await this.#connect(server, seen);
        failures = 0;
      } catch (error) {
        if (seen !== this.#changes) continue;
        const wasGood = this.#state.kind === 'connected' && performance.now() - startedAt > goodAfterMs;
        failures = wasGood ? 1 : failures + 1;
        await this.#wait(seen, this.#waitAfter(linkErrorOf(error), server, failures));
      }
    }
  }

  /** @returns how many milliseconds to wait, or undefined where only another setting can help */
  #waitAfter({ fault, detail }: LinkError, server: string, failures: number): number | undefined {
    const isOver = fault === 'revoked' || isRefusedToken(fault);
    this.#become(isOver ? 'stopped' : 'waiting', fault, detail);
    this.#parts.log.say(`Not connected to ${server}: ${say(linkFaultKey(fault))}${detail ? ` (${detail})` : ''}`);
    if (isOver) return undefined;
    // agents that lost the same server do not come back at the same moment
    const jitter = 0.5 + Math.random() / 2;
    return jitter * (refusals.includes(fault) ? refusedWaitMs : Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - 1)));
  }

  async #connect(server: string, seen: number): Promise<void> {
    // what went wrong stays in sight while it is tried again
    if (this.#state.kind !== 'waiting') this.#become('connecting');
    const way = new Way(this.#proxy);
    await this.#enrol(server, way);
    if (seen !== this.#changes) return;
    const identity = this.#identity!;
    this.#session = new Session({
      ...this.#parts,
      identity,
      server,
      way,
      onWelcome: (directory) => {
        this.#become('connected');
        this.#parts.log.say(`Connected to ${server} for the directory ${directory}`);
        if (directory !== identity.directory) this.#keep({ ...identity, directory });
      },
    });
    try {
      await this.#session.end;
    } finally {
      this.#session = undefined;
      if (this.#state.kind === 'connected') this.#state.lastContact = new Date();
    }
  }

  get #token(): string | undefined {
    const { token } = this.#parts.store.current;
    return token && token !== this.#refusedToken ? token : undefined;
  }

  /** A token that is not the one of our identity makes a new one. One that is refused leaves the old one as it is. */
  async #enrol(server: string, way: Way): Promise<void> {
    const { store, log } = this.#parts;
    const token = this.#token;
    if (!token || hashOfToken(token) === this.#identity?.tokenHash) return;
    try {
      this.#keep(await enrol({ server, token, name: store.current.name }, way));
      this.#state = { ...this.#state, tokenFault: undefined };
      log.say(`Enrolled as agent ${this.#identity!.agentId} of the directory ${this.#identity!.directory}`);
      if (!store.isFixed('token')) store.change({ token: undefined });
    } catch (error) {
      const { fault } = linkErrorOf(error);
      this.#state = { ...this.#state, tokenFault: fault };
      if (!isRefusedToken(fault)) throw error;
      this.#refusedToken = token;
      if (!store.isFixed('token')) store.change({ token: undefined });
      if (!this.#identity) throw error;
      log.say(`${say(linkFaultKey(fault))} The agent goes on with the identity that it has`);
    }
  }

  #keep(identity: Identity): void {
    const { folder, secrets } = this.#parts.store;
    writeIdentity(folder, secrets, identity);
    this.#identity = identity;
  }

  #become(kind: LinkState['kind'], fault?: LinkFault, detail?: string): void {
    this.#state = { ...this.#state, kind, fault, detail };
    for (const listener of this.#listeners) listener();
  }

  /** @param ms undefined waits until settings change. @param seen of which change the caller knows */
  async #wait(seen: number, ms?: number): Promise<void> {
    if (seen !== this.#changes) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      // something has to keep the process, though nothing is to be done
      timer = setTimeout(resolve, ms ?? 2 ** 31 - 1);
    });
    clearTimeout(timer);
  }
}
