import { expect } from 'chai';
import { planDeactivation } from '../../src/domain/people/planned-deactivations/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import { dayIn } from '../../src/platform/clock/index.ts';
import { pause } from '../support/patience.ts';
import { eventually, onDatabase, type ServerProcess, startServerProcess } from '../support/process.ts';
import { freePort, startTestServer, type TestServer } from '../support/server.ts';

const day = 86_400_000;

describe('scheduled work', function () {
  this.timeout(300_000);
  let server: TestServer;
  let processes: ServerProcess[] = [];
  before(async () => {
    server = await startTestServer();
  });
  after(async () => {
    await Promise.all(processes.map((one) => one.kill('SIGTERM')));
    await server.close();
  });

  it('runs once whatever the number of processes; S121: a period that was planned while nobody ran begins within a minute', async () => {
    const scope = await server.scope();
    // whatever the schedule puts into the queue is noted as it comes
    await scope.db.raw(`
      CREATE TABLE scheduled (task integer NOT NULL, run_at timestamptz NOT NULL);
      CREATE FUNCTION note_scheduled() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO scheduled VALUES (NEW.task_id, NEW.run_at); RETURN NULL; END $$;
      CREATE TRIGGER noted AFTER INSERT ON graphile_worker._private_jobs FOR EACH ROW EXECUTE FUNCTION note_scheduled();`);
    const { userId } = (await findUserByLogin(scope, 'jsilva'))!;
    const today = dayIn('UTC', new Date());
    const plan = { startsOn: today, endsOn: dayIn('UTC', new Date(Date.now() + 2 * day)), description: '' };
    await planDeactivation(scope, userId, plan, 'UTC');
    const ports = await Promise.all(Array.from({ length: 3 }, freePort));
    processes = await Promise.all(
      ports.map((port) => startServerProcess(port, { ...onDatabase(server.databaseUrl), PORTARIA_BASE_URL: server.baseUrl })),
    );
    const tasks = async () => {
      const { rows } = await scope.db.raw(
        `SELECT t.identifier, s.run_at, count(*)::int AS n FROM scheduled s JOIN graphile_worker._private_tasks t ON t.id = s.task
         WHERE t.identifier IN ('end-policy-trials', 'follow-planned-deactivations', 'seal-audit') GROUP BY 1, 2`,
      );
      return rows as { identifier: string; run_at: Date; n: number }[];
    };
    await eventually(async () => expect(new Set((await tasks()).map(({ identifier }) => identifier)).size).to.equal(3), 150_000);
    await pause(3000); // a second process that had put it there, too, would have done so by now
    for (const { identifier, run_at, n } of await tasks()) expect(n, `${identifier} of ${run_at.toISOString()}`).to.equal(1);
    await eventually(async () => expect((await findUserByLogin(scope, 'jsilva'))!.status).to.equal('deactivated'), 90_000);

    // a kill in the middle of the period changes nothing, and its end comes though nobody ran when it was due
    await Promise.all(processes.map((one) => one.kill('SIGKILL')));
    await scope
      .db('planned_deactivations')
      .where({ context_id: scope.contextId, user_id: userId })
      .update({ starts_on: dayIn('UTC', new Date(Date.now() - day)), ends_on: today });
    processes = [await startServerProcess(ports[0]!, { ...onDatabase(server.databaseUrl), PORTARIA_BASE_URL: server.baseUrl })];
    await eventually(async () => expect((await findUserByLogin(scope, 'jsilva'))!.status).to.equal('activated'), 150_000);
  });
});
