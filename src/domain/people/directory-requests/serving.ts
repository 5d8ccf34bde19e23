import type { Log } from '../../../platform/log/index.ts';
import type { DirectoryRequest, RequestKind, RequestOf, ServerMessage } from '../../../smartsync-protocol/index.ts';
import type { AgentId, ContextId, DirectoryId, DirectoryRequestId } from '../../scope.ts';
import { type Claimed, mostTries, type RequestTable, type Room } from './table.ts';

/** A connected agent, as far as it can be given work. */
export type ConnectedAgent = {
  contextId: ContextId;
  directoryId: DirectoryId;
  agentId: AgentId;
  /** Until it says that its directory is away; then it is asked nothing. */
  isUp: boolean;
  send(message: Extract<ServerMessage, { type: 'request' | 'cancel' }>): void;
};

type Held = Claimed & { givenAt: number; endsAt: number; by: Set<ConnectedAgent>; isShared: boolean };

/** `open`: what it has. `missedAt`: when it last let somebody wait so long that another was asked. */
type Desk = { open: Map<DirectoryRequestId, Held>; missedAt: number };

/** What was asked in this process. `worthless`: somebody else has to answer. */
type Here = {
  take(requestId: DirectoryRequestId, agentId: AgentId, answer: unknown): 'taken' | 'worthless' | 'not-asked-here';
  free(requestId: DirectoryRequestId): Promise<boolean>;
};

const mostOpen = 100;
/** After so long another agent is asked the same, if it neither reads nor writes. */
const patienceMs = 2000;
const freshMs = 900;
/** So long an agent that let somebody wait gets only what nobody else can do. */
const avoidedMs = 30_000;

/** Whom a password was sealed to. */
function recipientsOf({ body }: DirectoryRequest): Set<unknown> | undefined {
  const { sealed } = body as Partial<RequestOf<'verify-password'>>;
  return sealed && new Set(sealed.recipients.map(({ header }) => header?.kid));
}

/** What the agents that are connected to this process work on. */
export class Serving {
  readonly #table: RequestTable;
  readonly #here: Here;
  readonly #log: Log;
  readonly #agents = new Map<DirectoryId, Map<ConnectedAgent, Desk>>();
  readonly #held = new Map<DirectoryRequestId, Held>();
  readonly #hungry = new Set<DirectoryId>();
  #claiming: Promise<void> | undefined;
  #isDraining = false;

  constructor(table: RequestTable, here: Here, log: Log) {
    this.#table = table;
    this.#here = here;
    this.#log = log;
  }

  connect(agent: ConnectedAgent): void {
    const agents = this.#agents.get(agent.directoryId) ?? new Map();
    this.#agents.set(agent.directoryId, agents.set(agent, { open: new Map(), missedAt: Number.NEGATIVE_INFINITY }));
    this.look(agent.directoryId);
  }

  /** What it was working on is free at once. */
  async disconnect(agent: ConnectedAgent): Promise<void> {
    const agents = this.#agents.get(agent.directoryId);
    const desk = agents?.get(agent);
    if (!agents || !desk) return;
    agents.delete(agent);
    if (agents.size === 0) {
      this.#agents.delete(agent.directoryId);
      this.#hungry.delete(agent.directoryId);
    }
    const free: Held[] = [];
    for (const held of desk.open.values()) {
      held.by.delete(agent);
      if (held.by.size > 0) continue;
      this.#held.delete(held.requestId);
      if (held.request.kind === 'change-password') await this.#pass(held, agent.agentId, lost);
      else if (!held.isShared) free.push(held);
    }
    const isFree = await Promise.all(free.map(({ requestId }) => this.#here.free(requestId)));
    await this.#table.release(free.filter((_, n) => !isFree[n]).map((held) => ({ ...held, isUntried: held.tries >= mostTries })));
    if (free.length > 0) this.look(agent.directoryId);
  }

  kindOf = (agent: ConnectedAgent, requestId: string): RequestKind | undefined =>
    this.#agents
      .get(agent.directoryId)
      ?.get(agent)
      ?.open.get(requestId as DirectoryRequestId)?.request.kind;

  /** From now on only what this process asks is given to its agents. @returns how many requests have no answer yet, but for those that read */
  drain(): number {
    this.#isDraining = true;
    return [...this.#held.values()].filter(({ request }) => request.kind !== 'read').length;
  }

  /** Gives it to whoever has least to do. @returns false when nobody here can do it */
  give(claimed: Claimed): boolean {
    const recipients = recipientsOf(claimed.request);
    const agents = [...(this.#agents.get(claimed.directoryId) ?? [])].filter(
      ([agent, { open }]) =>
        agent.contextId === claimed.contextId &&
        agent.agentId !== claimed.notBy &&
        open.size < mostOpen &&
        agent.isUp &&
        (!recipients || recipients.has(agent.agentId)) &&
        !open.has(claimed.requestId),
    );
    if (agents.length === 0) return false;
    const now = performance.now();
    const loadOf = ({ open, missedAt }: Desk) => open.size + (now - missedAt < avoidedMs ? mostOpen : 0);
    const [agent, desk] = agents.reduce((least, one) => (loadOf(one[1]) < loadOf(least[1]) ? one : least));
    // of those with as little to do, another one is the next
    const all = this.#agents.get(claimed.directoryId)!;
    all.delete(agent);
    all.set(agent, desk);
    const held = this.#held.get(claimed.requestId) ?? {
      ...claimed,
      givenAt: now,
      endsAt: now + claimed.deadlineMs,
      by: new Set(),
      isShared: false,
    };
    this.#held.set(held.requestId, held);
    held.by.add(agent);
    desk.open.set(held.requestId, held);
    const { requestId, request } = held;
    agent.send({ type: 'request', requestId, deadlineMs: Math.max(0, Math.round(held.endsAt - now)), request });
    return true;
  }

  canGive = (directoryId: DirectoryId, recipients: AgentId[]): boolean =>
    [...(this.#agents.get(directoryId) ?? [])].some(
      ([{ agentId, isUp }, { open }]) => isUp && open.size < mostOpen && recipients.includes(agentId),
    );

  /** Of an agent that has it: an answer to anything else is passed over. */
  async answer(agent: ConnectedAgent, requestId: string, answer: unknown): Promise<void> {
    const held = this.#agents
      .get(agent.directoryId)
      ?.get(agent)
      ?.open.get(requestId as DirectoryRequestId);
    if (!held) return;
    this.#let(agent, held);
    await this.#pass(held, agent.agentId, answer);
    if (this.#hungry.has(agent.directoryId)) this.look(agent.directoryId);
  }

  async #pass(held: Held, agentId: AgentId, answer: unknown): Promise<void> {
    const taken = this.#here.take(held.requestId, agentId, answer);
    if (taken === 'not-asked-here') await this.#table.answer(held, agentId, answer);
    // one that is worthless takes nothing from another agent that has it too
    else if (taken === 'worthless') return void (held.by.size === 0 && this.#held.delete(held.requestId));
    this.#forget(held);
  }

  /** Nobody waits for it any more. */
  cancel(requestId: DirectoryRequestId): void {
    const held = this.#held.get(requestId);
    if (held) this.#forget(held);
  }

  #let(agent: ConnectedAgent, held: Held): void {
    held.by.delete(agent);
    this.#agents.get(agent.directoryId)?.get(agent)?.open.delete(held.requestId);
  }

  #forget(held: Held): void {
    this.#held.delete(held.requestId);
    for (const agent of held.by) {
      this.#let(agent, held);
      agent.send({ type: 'cancel', requestId: held.requestId });
    }
  }

  /** Something may wait for this directory. */
  look(directoryId: DirectoryId): void {
    if (this.#isDraining || !this.#agents.has(directoryId)) return;
    this.#hungry.add(directoryId);
    this.#claiming ??= this.#claim()
      .catch((error) => this.#log.error({ err: error }, 'requests to directories could not be claimed'))
      .finally(() => {
        this.#claiming = undefined;
      });
  }

  #roomOf(directoryId: DirectoryId): Room | undefined {
    const agents = [...(this.#agents.get(directoryId) ?? [])].filter(([{ isUp }]) => isUp);
    const most = agents.reduce((sum, [, { open }]) => sum + mostOpen - open.size, 0);
    const [[first] = []] = agents;
    if (!first || most === 0) return undefined;
    const onlyAgent = agents.length === 1 ? first.agentId : undefined;
    return { contextId: first.contextId, directoryId, most, onlyAgent };
  }

  async #claim(): Promise<void> {
    for (;;) {
      const rooms = [...this.#hungry].map((directoryId) => this.#roomOf(directoryId)).filter((room) => room !== undefined);
      if (rooms.length === 0) return;
      for (const { directoryId } of rooms) this.#hungry.delete(directoryId);
      const claimed = await this.#table.claim(rooms, [...this.#held.keys()]);
      for (const { directoryId, most } of rooms)
        if (claimed.filter((one) => one.directoryId === directoryId).length === most) this.#hungry.add(directoryId);
      const left = claimed.filter((one) => !this.give(one));
      await this.#table.release(left.map((one) => ({ ...one, isUntried: true })));
    }
  }

  /** Once a second: leases are renewed, what takes too long is offered to others, and what waits is looked for. */
  async tick(): Promise<void> {
    const now = performance.now();
    const renewed: Held[] = [];
    const shared: Held[] = [];
    for (const held of this.#held.values()) {
      if (now > held.endsAt) this.#forget(held);
      else if (held.request.kind === 'verify-password' && now - held.givenAt > patienceMs) {
        if (held.by.size !== 1) continue;
        for (const agent of held.by) this.#agents.get(agent.directoryId)!.get(agent)!.missedAt = now;
        if (held.tries < mostTries && !this.give(held) && !held.isShared) shared.push(held);
      } else if (now - held.givenAt > freshMs) renewed.push(held);
    }
    for (const held of shared) held.isShared = true;
    await this.#table.release(shared);
    if (renewed.length > 0) {
      const wanted = await this.#table.renew(renewed);
      for (const held of renewed) if (!wanted.has(held.requestId)) this.#forget(held);
    }
    if (this.#agents.size > 0) for (const directoryId of await this.#table.findOpen()) this.look(directoryId);
  }
}

const lost = { outcome: 'refused', reason: 'failed', detail: 'SmartSync ended meanwhile' } as const;
