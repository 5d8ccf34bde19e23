import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { readDirectories } from '../../../src/domain/administration/directory-runs/index.ts';
import { addDirectory, enrolAgent, findStaleDirectories, listAgents } from '../../../src/domain/people/directories/index.ts';
import { DirectoryQueue } from '../../../src/domain/people/directory-requests/index.ts';
import type { AgentId, ContextId, DirectoryId, Scope } from '../../../src/domain/scope.ts';
import { ChangeListener, NoticedCache } from '../../../src/platform/database/index.ts';
import { createLog } from '../../../src/platform/log/index.ts';
import type { AgentLine } from '../../../src/web/smartsync/agent-line.ts';
import { Switchboard } from '../../../src/web/smartsync/switchboard.ts';
import { publicKeys } from '../../support/fake-agent.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const protocol = { major: 1, minor: 0 };

describe('web: agents and directories of which nothing is asked', function () {
  this.timeout(60_000);
  let server: TestServer;
  let scope: Scope;
  let listener: ChangeListener;
  before(async () => {
    server = await startTestServer();
    scope = await server.scope();
    listener = new ChangeListener(server.databaseUrl);
    await listener.start();
  });
  after(async () => {
    await listener.close();
    await server.close();
  });

  /** As a connection that is open and silent. */
  const lineOf = (contextId: ContextId, directoryId: DirectoryId, agentId: AgentId) => {
    const socket = Object.assign(new EventEmitter(), { OPEN: 1, readyState: 1, bufferedAmount: 0, send() {}, resume() {} });
    const line = {
      contextId,
      directoryId,
      agentId,
      isUp: true,
      pings: 0,
      ping: () => void line.pings++,
      close() {},
      refuseRevoked() {},
      send() {},
    };
    return { socket: socket as never, line: line as typeof line & AgentLine };
  };

  /** @returns how many statements so many beats took, with so many agents connected in as many directories */
  async function beats(agents: number, n: number): Promise<number> {
    const { services } = server.app;
    const parts = { database: services.database, listener, cache: new NoticedCache(listener, 100), log: createLog('silent') };
    const queue = new DirectoryQueue(parts);
    const board = new Switchboard(services, listener, queue);
    const lines: AgentLine[] = [];
    for (let k = 0; k < agents; k++) {
      const { directory, token } = await addDirectory(scope, { name: `Directory ${k} of ${agents}` });
      const input = { token, name: `dc${k}`, software: 'fake/1', protocol, ...publicKeys };
      const { agentId } = await enrolAgent(scope, input as never);
      const { socket, line } = lineOf(scope.contextId, directory.directoryId, agentId);
      await board.plug(socket, line, scope, { software: 'fake/1' });
      lines.push(line);
    }
    await board.beat();
    let statements = 0;
    const count = () => void statements++;
    scope.db.on('query', count);
    const written = async () =>
      (await scope.db('directory_agents').orderBy('agent_id').select('agent_id', scope.db.raw('xmin::text AS version'))) as unknown[];
    const before = await written();
    statements = 0;
    for (let k = 0; k < n; k++) await board.beat();
    scope.db.removeListener('query', count);
    const taken = statements;
    expect(await written(), 'no agent was written').to.deep.equal(before);
    for (const line of lines) {
      expect((line as unknown as { pings: number }).pings).to.equal(n + 1);
      const [agent] = await listAgents(scope, line.directoryId);
      expect(agent!.lastSeenAt!.getTime(), 'its last contact is that of its process').to.be.above(scope.clock.now().getTime() - 15_000);
    }
    queue.close();
    await board.close();
    return taken;
  }

  it('cost as many statements whether they are few or many, and write nothing but that the process lives', async () => {
    const [few, many] = [await beats(1, 24), await beats(40, 24)];
    // what was written before is told to everybody a moment later
    expect(many).to.be.within(few - 4, few + 4);
    expect(many / 24, 'at each beat').to.be.below(2);
  });

  it('ten thousand directories without an agent are looked at by nobody', async () => {
    await scope.db.raw(
      `INSERT INTO directories (context_id, directory_id, name, name_key, settings, settings_changed_at, created_at, updated_at, configured_at, unavailable_since, unavailable_reason)
       SELECT :contextId, gen_random_uuid(), 'Idle ' || n, 'idle ' || n, '{}', now(), now(), now(), CASE WHEN n % 2 = 0 THEN now() END, CASE WHEN n % 2 = 0 THEN now() END,
         CASE WHEN n % 2 = 0 THEN 'no-agent' END FROM generate_series(1, 10000) AS n`,
      { contextId: scope.contextId },
    );
    await scope.db.raw('ANALYZE directories');
    const text = `SELECT seq_tup_read + idx_tup_fetch AS n FROM pg_stat_xact_user_tables WHERE relname = 'directories'`;
    await scope.db.transaction(async (db) => {
      const inside = { ...scope, db };
      const rowsRead = async () => Number((await db.raw<{ rows: { n: number }[] }>(text)).rows[0]!.n);
      const before = await rowsRead();
      await findStaleDirectories(inside);
      expect((await rowsRead()) - before, 'by the calendar that mends states').to.be.below(200);
      await readDirectories.run({ db, clock: scope.clock, log: createLog('silent'), scopeOf: () => inside });
      // those of the test before have agents
      expect((await rowsRead()) - before).to.be.below(200);
    });
  });
});
