import { expect } from 'chai';
import { confirmImport, draftImport } from '../../src/domain/administration/user-imports/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import { findOperation } from '../../src/domain/records/operations/index.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { importWords } from '../../src/web/request/index.ts';
import { eventually, onDatabase, startServerProcess } from '../support/process.ts';
import { freePort, startTestServer } from '../support/server.ts';

const people = 1000;
const graceSeconds = 20;

describe('SIGTERM while a long task runs', function () {
  this.timeout(300_000);

  it('ends the process in the grace time; the next one goes on where it was', async () => {
    const server = await startTestServer(); // for its database: it works on no jobs
    const port = await freePort();
    const settings = {
      ...onDatabase(server.databaseUrl),
      PORTARIA_BASE_URL: `http://127.0.0.1:${port}`,
      PORTARIA_SHUTDOWN_GRACE_SECONDS: String(graceSeconds),
    };
    let running = await startServerProcess(port, settings);
    try {
      const scope = await server.scope();
      const ana = (await findUserByLogin(scope, 'ana@acme.example'))!;
      const asAna: Scope = { ...scope, actor: { kind: 'person', id: ana.userId, name: 'Ana' } };
      const rows = Array.from({ length: people }, (_, n) => `Person,Number ${n},person${n}@acme.example`);
      const file = Buffer.from(['firstName,lastName,email', ...rows].join('\n'));
      const options = { activation: 'invitation', locale: 'en' } as const;
      const draft = await draftImport(asAna, file, options, importWords(server.app.services.i18n));
      if (!('operationId' in draft)) throw new Error(JSON.stringify(draft));
      const { operationId } = draft;
      await confirmImport(asAna, operationId);
      const state = async () => (await findOperation(scope, operationId))!;
      await eventually(async () => expect((await state()).done).to.be.greaterThan(people / 4), 100_000);
      const told = performance.now();
      expect(await running.kill('SIGTERM'), running.output()).to.equal(0);
      expect(performance.now() - told, 'it did not wait for the end of the grace').to.be.lessThan(graceSeconds * 1000);
      expect((await state()).finishedAt, 'the process ended before the task did').to.be.oneOf([undefined, null]);
      const begun = await scope.db.raw('SELECT FROM graphile_worker._private_jobs WHERE attempts > 0 OR locked_by IS NOT NULL');
      expect(begun.rows, 'it was given back, and the try is not counted').to.deep.equal([]);
      const [left] = await scope
        .db('pg_stat_activity')
        .whereRaw('datname = current_database()')
        .whereIn('application_name', ['portaria jobs', 'portaria workers']);
      expect(left, 'no connection is left').to.equal(undefined);
      running = await startServerProcess(port, settings);
      await eventually(async () => expect((await state()).state).to.equal('done'), 200_000);
      const added = await scope.db('users').where('context_id', scope.contextId).where('last_name', 'like', 'Number %').select('user_id');
      expect(added, 'each of them once').to.have.length(people);
    } finally {
      await running.kill('SIGKILL');
      await server.close();
    }
  });
});
