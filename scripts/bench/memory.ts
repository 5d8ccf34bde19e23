import { randomBytes } from 'node:crypto';
import { newId, sha256 } from '../../src/platform/crypto/index.ts';
import { createTestDatabase, stopSharedPostgres } from '../../test/support/postgres.ts';
import { onDatabase, portaria, type ServerProcess, startServerProcess } from '../../test/support/process.ts';
import { freePort } from '../../test/support/server.ts';
import { sendByNode } from './light-jar.ts';
import { rate } from './load.ts';

const sessions = 50_000;

/**
 * Two processes on one store with 50,000 people signed in, each of whom opens a page, at either process.
 * @param resident of a process, in MB
 * @returns both processes' memory before and after, in MB
 */
export async function memoryOfSessions(
  resident: (pid: number) => number,
): Promise<{ before: number[]; after: number[]; perSecond: number }> {
  const database = await createTestDatabase();
  const processes: ServerProcess[] = [];
  try {
    const env = { ...onDatabase(database.url), PORTARIA_DEMO: 'false', PORTARIA_BASE_URL: 'http://127.0.0.1:9' };
    const applied = portaria(['apply', '-'], env, JSON.stringify({ contexts: [{ code: 'bench', name: 'Bench' }] }));
    if (applied.status !== 0) throw new Error(applied.stderr);
    const store = database.open();
    const { context_id } = await store.knex('contexts').where({ code: 'bench' }).first('context_id');
    const tokens = Array.from({ length: sessions }, () => randomBytes(32).toString('base64url'));
    const now = new Date();
    for (let from = 0; from < sessions; from += 1000) {
      const rows = tokens.slice(from, from + 1000).map((token, i) => ({ token, n: from + i, userId: newId(), sessionId: newId() }));
      await store.knex('users').insert(
        rows.map(({ n, userId }) => ({
          context_id,
          user_id: userId,
          username: `person${n}`,
          username_key: `person${n}`,
          first_name: 'Person',
          last_name: String(n),
          name_key: `person ${n}`,
          role: 'regular',
          status: 'activated',
          status_changed_at: now,
          created_at: now,
          updated_at: now,
        })),
      );
      await store.knex('sessions').insert(
        rows.map(({ token, userId, sessionId }) => ({
          context_id,
          session_id: sessionId,
          user_id: userId,
          token_hash: sha256(token),
          amr: ['pwd'],
          authenticated_at: now,
          seen_at: now,
          expires_at: new Date(now.getTime() + 12 * 3_600_000),
          idle_seconds: 7200,
          ip: '127.0.0.1',
          user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
          created_at: now,
        })),
      );
    }
    await store.close();
    for (let i = 0; i < 2; i++) processes.push(await startServerProcess(await freePort(), env));
    const measure = () => processes.map(({ child }) => resident(child.pid!));
    const before = measure();
    let n = 0;
    const start = performance.now();
    await rate(600, 64, async () => {
      const token = tokens[n++];
      if (!token) throw done;
      const answer = await sendByNode(`${processes[n % 2]!.url}/bench/account`, { headers: { cookie: `portaria_session_bench=${token}` } });
      if (answer.status !== 200) throw new Error(`a page of a session: ${answer.status} ${answer.location}`);
    }).catch((reason) => {
      if (reason !== done) throw reason;
    });
    return { before, after: measure(), perSecond: sessions / ((performance.now() - start) / 1000) };
  } finally {
    for (const one of processes) await one.kill('SIGTERM');
    await database.drop();
    await stopSharedPostgres();
  }
}
const done = Symbol('everybody was there');
