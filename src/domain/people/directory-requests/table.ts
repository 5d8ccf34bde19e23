import { Batcher, type Database, type Db, deleteInSteps, jsonText } from '../../../platform/database/index.ts';
import { answerSchemas, type DirectoryRequest } from '../../../smartsync-protocol/index.ts';
import type { AgentId, ContextId, DirectoryId, DirectoryRequestId } from '../../scope.ts';

/** Notices: `open <context> <directory>`, and `answered <request>,<request>…`. */
export const channel = 'portaria_directory_requests';

/** Who serves says every second that it still does: what a process that died was serving is free after so long. */
const leaseSeconds = 3;
/** As long as somebody waits says so, a request is wanted; so nobody goes on with what a process asked that died. */
export const wantedSeconds = 10;
export const mostTries = 5;

type RequestKey = { contextId: ContextId; requestId: DirectoryRequestId };
/** `notBy`: it gave an answer that is worth nothing. `isTaken`: an agent of this process gets it, and nobody else need be told. */
export type NewRequest = RequestKey & {
  directoryId: DirectoryId;
  request: DirectoryRequest;
  timeoutMs: number;
  isTaken: boolean;
  tries: number;
  notBy?: AgentId;
};
export type Claimed = RequestKey & {
  directoryId: DirectoryId;
  request: DirectoryRequest;
  notBy?: AgentId;
  deadlineMs: number;
  /** With this one. After mostTries nobody else gets it. */
  tries: number;
};
type Answered = { answer: unknown; agentId?: AgentId; tries: number };
export type Release = RequestKey & { isUntried?: boolean };
/** `onlyAgent`: there is no other here. */
export type Room = { contextId: ContextId; directoryId: DirectoryId; most: number; onlyAgent?: AgentId };

const keysOf = (keys: RequestKey[]) => [keys.map(({ contextId }) => contextId), keys.map(({ requestId }) => requestId)];

const ask = `WITH made AS (
    INSERT INTO directory_requests (context_id, directory_request_id, directory_id, kind, body, created_at, deadline_at, wanted_until, agent_id, tries, lease_until)
    SELECT n.context_id, n.request_id, n.directory_id, n.kind, n.body::jsonb, now(), now() + n.ms * interval '1 ms',
      now() + LEAST(n.ms * interval '1 ms', interval '${wantedSeconds} s'), n.agent_id, n.tries, CASE WHEN n.is_taken THEN now() + interval '${leaseSeconds} s' END
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::int[], $7::uuid[], $8::int[], $9::boolean[])
      AS n (context_id, request_id, directory_id, kind, body, ms, agent_id, tries, is_taken)
    RETURNING context_id, directory_id, lease_until)
  SELECT pg_notify('${channel}', 'open ' || context_id || ' ' || directory_id)
  FROM (SELECT DISTINCT context_id, directory_id FROM made WHERE lease_until IS NULL) AS open`;

// A new password is offered once: an agent that fell may have set it, and another would be told that the old one is wrong.
const claim = `WITH open AS (
    SELECT r.context_id, r.directory_request_id
    FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[])
      AS d (context_id, directory_id, most, only_agent)
    CROSS JOIN LATERAL (SELECT q.context_id, q.directory_request_id FROM directory_requests q
      WHERE q.context_id = d.context_id AND q.directory_id = d.directory_id AND q.answered_at IS NULL
        AND q.wanted_until > now() AND (q.lease_until IS NULL OR q.lease_until < now())
        AND q.tries < ${mostTries} AND (q.tries = 0 OR q.kind <> 'change-password')
        AND (d.only_agent IS NULL OR q.agent_id IS DISTINCT FROM d.only_agent) AND q.directory_request_id <> ALL ($5::uuid[])
      ORDER BY q.created_at LIMIT d.most FOR UPDATE SKIP LOCKED) AS r)
  UPDATE directory_requests r SET lease_until = now() + interval '${leaseSeconds} s', tries = r.tries + 1
  FROM open o WHERE r.context_id = o.context_id AND r.directory_request_id = o.directory_request_id
  RETURNING r.context_id, r.directory_request_id, r.directory_id, r.kind, r.body, r.agent_id, r.tries,
    (extract(epoch FROM r.deadline_at - now()) * 1000)::int AS deadline_ms`;

const answer = `WITH done AS (
    UPDATE directory_requests r SET answered_at = now(), answer = g.answer::jsonb, agent_id = g.agent_id
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS g (context_id, request_id, agent_id, answer)
    WHERE r.context_id = g.context_id AND r.directory_request_id = g.request_id AND r.answered_at IS NULL
    RETURNING r.directory_request_id)
  SELECT pg_notify('${channel}', 'answered ' || string_agg(directory_request_id::text, ',')) FROM done HAVING count(*) > 0`;

const byKeys =
  'unnest($1::uuid[], $2::uuid[]) AS k (context_id, request_id) WHERE r.context_id = k.context_id AND r.directory_request_id = k.request_id';

const remove = `DELETE FROM directory_requests r USING unnest($1::uuid[], $2::uuid[], $3::boolean[]) AS k (context_id, request_id, is_anyhow)
  WHERE r.context_id = k.context_id AND r.directory_request_id = k.request_id AND (r.answered_at IS NOT NULL OR k.is_anyhow)
  RETURNING r.directory_request_id, r.answer, r.agent_id, r.tries`;

const release = `WITH free AS (
    UPDATE directory_requests r SET lease_until = NULL, tries = r.tries - CASE WHEN r.directory_request_id = ANY ($3::uuid[]) THEN 1 ELSE 0 END
    FROM ${byKeys} AND r.answered_at IS NULL RETURNING r.context_id, r.directory_id, r.directory_request_id)
  SELECT pg_notify('${channel}', 'open ' || context_id || ' ' || directory_id)
  FROM (SELECT DISTINCT context_id, directory_id FROM free WHERE directory_request_id <> ALL ($3::uuid[])) AS open`;

const renew = `UPDATE directory_requests r SET lease_until = now() + interval '${leaseSeconds} s' FROM ${byKeys}
  AND r.answered_at IS NULL AND r.wanted_until > now() RETURNING r.directory_request_id`;

const want = `UPDATE directory_requests r SET wanted_until = LEAST(r.deadline_at, now() + interval '${wantedSeconds} s') FROM ${byKeys}`;

const open = `SELECT DISTINCT directory_id FROM directory_requests
  WHERE answered_at IS NULL AND wanted_until > now() AND (lease_until IS NULL OR lease_until < now())`;

type ClaimedRow = {
  context_id: ContextId;
  directory_request_id: DirectoryRequestId;
  directory_id: DirectoryId;
  kind: string;
  body: unknown;
  agent_id: AgentId | null;
  tries: number;
  deadline_ms: number;
};
type AnsweredRow = { directory_request_id: DirectoryRequestId; answer: unknown; agent_id: AgentId | null; tries: number };

/** The queue of what is asked of directories, over all companies. Its times are the database's: no two servers need agree. */
export class RequestTable {
  readonly #database: Database;
  readonly #asks: Batcher<NewRequest, undefined>;
  readonly #answers: Batcher<RequestKey & { agentId: AgentId; text: string }, undefined>;
  readonly #removals: Batcher<RequestKey & { isAnyhow: boolean }, Answered | undefined>;

  constructor(database: Database) {
    this.#database = database;
    this.#asks = new Batcher((all) => this.#insert(all), { lanes: 2, largest: 100 });
    // a notice has room for 8000 bytes
    this.#answers = new Batcher((all) => this.#answer(all), { lanes: 2, largest: 100 });
    this.#removals = new Batcher((all) => this.#remove(all), { lanes: 2, largest: 200 });
  }

  ask = (request: NewRequest): Promise<undefined> => this.#asks.add(request);

  /** Unless it is answered already, or nobody wants it any more. */
  answer = async ({ contextId, requestId, request }: Claimed, agentId: AgentId, given: unknown): Promise<undefined> => {
    // what cannot be read is nested as deep as its agent likes: it is kept as null, which is no answer, and fails none that is written with it
    const text = jsonText(answerSchemas[request.kind].safeParse(given).data ?? null);
    return this.#answers.add({ contextId, requestId, agentId, text });
  };

  /** The first who comes gets the answer, once. */
  takeAnswer = (key: RequestKey): Promise<Answered | undefined> => this.#removals.add({ ...key, isAnyhow: false });

  drop = async (key: RequestKey): Promise<void> => void (await this.#removals.add({ ...key, isAnyhow: true }));

  /** Of all companies, directories for which something waits. What is open fits in a page or two, so this is the same for one directory and for ten thousand. */
  async findOpen(): Promise<DirectoryId[]> {
    const rows = await this.#database.run<{ directory_id: DirectoryId }>('find open directory requests', open, []);
    return rows.map(({ directory_id }) => directory_id);
  }

  /** Takes what waits, the oldest first, under a lease. @param held what this process serves already */
  async claim(rooms: Room[], held: DirectoryRequestId[]): Promise<Claimed[]> {
    const rows = await this.#database.run<ClaimedRow>('claim directory requests', claim, [
      rooms.map(({ contextId }) => contextId),
      rooms.map(({ directoryId }) => directoryId),
      rooms.map(({ most }) => most),
      rooms.map(({ onlyAgent }) => onlyAgent ?? null),
      held,
    ]);
    return rows.map((row) => ({
      contextId: row.context_id,
      requestId: row.directory_request_id,
      directoryId: row.directory_id,
      request: { kind: row.kind, body: row.body } as DirectoryRequest,
      notBy: row.agent_id ?? undefined,
      deadlineMs: row.deadline_ms,
      tries: row.tries,
    }));
  }

  /** Others may serve them at once. */
  async release(keys: Release[]): Promise<void> {
    const untried = keys.filter(({ isUntried }) => isUntried).map(({ requestId }) => requestId);
    if (keys.length > 0) await this.#database.run('release directory requests', release, [...keysOf(keys), untried]);
  }

  /** @returns those that are still wanted */
  async renew(keys: RequestKey[]): Promise<Set<DirectoryRequestId>> {
    const rows = await this.#database.run<{ directory_request_id: DirectoryRequestId }>('renew directory requests', renew, keysOf(keys));
    return new Set(rows.map(({ directory_request_id }) => directory_request_id));
  }

  async want(keys: RequestKey[]): Promise<void> {
    await this.#database.run('want directory requests', want, keysOf(keys));
  }

  async #insert(all: NewRequest[]): Promise<undefined[]> {
    await this.#database.runBatch('ask directories', ask, [
      ...keysOf(all),
      all.map(({ directoryId }) => directoryId),
      all.map(({ request }) => request.kind),
      all.map(({ request }) => jsonText(request.body)),
      all.map(({ timeoutMs }) => timeoutMs),
      all.map(({ notBy }) => notBy ?? null),
      all.map(({ tries }) => tries),
      all.map(({ isTaken }) => isTaken),
    ]);
    return all.map(() => undefined);
  }

  async #answer(all: (RequestKey & { agentId: AgentId; text: string })[]): Promise<undefined[]> {
    const [agentIds, texts] = [all.map(({ agentId }) => agentId), all.map(({ text }) => text)];
    await this.#database.runBatch('answer directory requests', answer, [...keysOf(all), agentIds, texts]);
    return all.map(() => undefined);
  }

  async #remove(all: (RequestKey & { isAnyhow: boolean })[]): Promise<(Answered | undefined)[]> {
    const rows = await this.#database.runBatch<AnsweredRow>('remove directory requests', remove, [
      ...keysOf(all),
      all.map(({ isAnyhow }) => isAnyhow),
    ]);
    const found = new Map(rows.map((row) => [row.directory_request_id, row]));
    return all.map(({ requestId }) => {
      const row = found.get(requestId);
      return row && { answer: row.answer, agentId: row.agent_id ?? undefined, tries: row.tries };
    });
  }
}

/** What nobody waits for any more. */
export const sweepDirectoryRequests = (db: Db): Promise<number> =>
  deleteInSteps(db, 'directory_requests', "wanted_until < now() - interval '1 minute'");

export type Waiting = { waiting: number; oldestSeconds: number };

/** Over all companies. */
export async function measureDirectoryRequests(database: Database): Promise<Waiting> {
  const [row] = await database.run<{ waiting: number; seconds: number }>(
    'measure directory requests',
    `SELECT count(*) AS waiting, COALESCE(extract(epoch FROM now() - min(created_at)), 0)::float8 AS seconds
     FROM directory_requests WHERE answered_at IS NULL AND wanted_until > now() AND (lease_until IS NULL OR lease_until < now())`,
    [],
  );
  return { waiting: row!.waiting, oldestSeconds: row!.seconds };
}
