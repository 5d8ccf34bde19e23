import { expect } from 'chai';
import { calendar, createTasks, jobs, operationKinds } from '../../src/app/jobs.ts';
import { startAccessExport } from '../../src/domain/administration/access-map/index.ts';
import { startBulkChange } from '../../src/domain/administration/account-changes/index.ts';
import { startAuditExport, startCsvExport } from '../../src/domain/administration/audit-keeping/index.ts';
import { acceptEntries } from '../../src/domain/administration/directory-acceptance/index.ts';
import { approveRun, startRun } from '../../src/domain/administration/directory-runs/index.ts';
import { createApproval, startApprovalInvitations, startReset } from '../../src/domain/administration/environments/index.ts';
import { startSimulation } from '../../src/domain/administration/simulations/index.ts';
import { confirmImport, draftImport } from '../../src/domain/administration/user-imports/index.ts';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { startUserExport } from '../../src/domain/people/user-exports/index.ts';
import { createUser, findUserByLogin, forgetCustomValues } from '../../src/domain/people/users/index.ts';
import { verifyChain } from '../../src/domain/records/audit/index.ts';
import { findOperation } from '../../src/domain/records/operations/index.ts';
import type { OperationId, Scope, UserId } from '../../src/domain/scope.ts';
import { rulesSchema } from '../../src/domain/sign-in/sign-in-policy/index.ts';
import { newId } from '../../src/platform/crypto/index.ts';
import { Stopped } from '../../src/platform/jobs/index.ts';
import { importWords } from '../../src/web/request/index.ts';
import { FakeDirectory, importAll, lastRun, linkDirectory } from '../support/directory-runs.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { actingFor } from '../support/use-cases.ts';

/** What each that is not long does: it tells or changes one of something, and finishes in the grace. */
const short: Record<string, string> = {
  'delete-account': 'one person, in one transaction',
  'deliver-mail': 'one mail, which was sent when it stops to be noted',
  'end-sessions-of-user': 'one person',
  'follow-planned-deactivation': 'one person',
  'notify-relying-party': 'one notice',
  'notify-service-provider': 'one notice',
  'refresh-metadata': 'one partner',
  'send-mail': 'one mail',
  'send-recovery': 'one person',
  'send-registration': 'one person',
  'write-directory-state': 'one entry',
};

/** A signal that is given at the n-th look at it. */
function stopAt(n: number): { stop: AbortSignal; looks(): number } {
  const ending = new AbortController();
  let looks = 0;
  const { signal: stop } = ending;
  stop.throwIfAborted = () => {
    looks += 1;
    if (looks >= n) ending.abort(new Stopped());
    if (stop.aborted) throw stop.reason;
  };
  return { stop, looks: () => looks };
}

describe('long jobs', function () {
  this.timeout(60_000);
  let server: TestServer;
  let scope: Scope;
  let asAna: Scope;
  let approval: Scope;
  let tasks: ReturnType<typeof createTasks>;
  let people: UserId[];
  const fake = new FakeDirectory();

  before(async () => {
    server = await startTestServer();
    scope = await server.scope();
    asAna = actingFor(scope, (await findUserByLogin(scope, 'ana@acme.example'))!);
    const { contextId, ...ofServer } = scope;
    const { contextId: ofApproval } = await createApproval(ofServer, { code: 'acme-approval', name: 'Try', pairedContextId: contextId });
    approval = { ...scope, contextId: ofApproval };
    people = await addPeople(scope, 'person');
    tasks = createTasks({ ...server.app.services, askDirectory: fake.ask }, {} as never);
  });
  after(() => server.close());

  const addPeople = async (of: Scope, name: string): Promise<UserId[]> => {
    const added: UserId[] = [];
    for (let n = 0; n < 12; n++) {
      const login = { email: `${name}${n}@acme.example`, firstName: name, lastName: `Number ${n}` };
      added.push((await createUser(of, { ...login, role: 'regular', status: 'activated' })).userId);
    }
    return added;
  };

  /** Stops the task at its first look, then at its second and so on, until one run goes through. @returns how many it took */
  async function runStopped(task: string, payload: object): Promise<number> {
    for (let run = 1; ; run++) {
      const { stop } = stopAt(run);
      try {
        await tasks[task]!(payload, { isLast: run === 1, stop });
        return run;
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
      }
    }
  }

  it('each job over many rows takes the signal; what does not is named with its reason', () => {
    const taken = jobs.filter(({ isLong }) => isLong).map(({ name }) => name);
    expect(taken).to.have.members(['forget-custom-values', 'run-operation', 'work-on-directory']);
    expect(jobs.filter(({ isLong }) => !isLong).map(({ name }) => name)).to.have.members(Object.keys(short));
  });

  /** Asks for one operation of each kind. @returns what is counted afterwards, and how often it is to be there */
  type Asked = { operationId: OperationId; of?: Scope; count?(): Promise<unknown>; expected?: number };
  const countOf = async (of: Scope, table: 'users' | 'operation_files' | 'simulations', where: object) =>
    Number(
      (
        await of
          .db(table)
          .where({ context_id: of.contextId, ...where })
          .count({ n: '*' })
      )[0]!.n,
    );
  const filesOf = (operationId: OperationId, expected: number): Asked => ({
    operationId,
    count: () => countOf(scope, 'operation_files', { operation_id: operationId }),
    expected,
  });
  const asks: Record<string, () => Promise<Asked>> = {
    'export-access': async () => {
      const { applicationId } = (await findApplicationByCode(scope, 'payroll'))!;
      return filesOf(await startAccessExport(asAna, applicationId, {}, 'en'), 1);
    },
    'export-audit': async () => filesOf(await startAuditExport(asAna, {}), 3),
    'export-audit-csv': async () => filesOf(await startCsvExport(asAna, {}, 'en'), 1),
    'export-users': async () => filesOf(await startUserExport(asAna, {}, 'en'), 1),
    'invite-to-approval': async () => ({
      operationId: await startApprovalInvitations(asAna, { ids: people }, { groupIds: [], locale: 'en' }),
      count: () => countOf(approval, 'users', { status: 'invited' }),
      expected: 12,
    }),
    'reset-approval': async () => {
      const first = await createUser(approval, {
        email: 'first@acme.example',
        firstName: 'A',
        lastName: 'B',
        role: 'administrator',
        status: 'activated',
      });
      await addPeople(approval, 'try');
      const operationId = await startReset(actingFor(approval, first), 'acme-approval');
      return { operationId, of: approval, count: () => countOf(approval, 'users', {}), expected: 1 };
    },
    'change-directory-entries': async () => {
      for (let n = 0; n < 120; n++) fake.person(`Entry Number${n}`);
      const directory = await importAllButAccept();
      const { operationId } = await acceptEntries(asAna, directory.directoryId, { all: true });
      return { operationId: operationId!, count: () => countOf(scope, 'users', { first_name: 'Entry' }), expected: 120 };
    },
    'change-users': async () => ({
      operationId: await startBulkChange(asAna, { ids: people }, { change: 'deactivate', locale: 'en' }),
      count: () => countOf(scope, 'users', { status: 'deactivated' }),
      expected: 12,
    }),
    simulate: async () => {
      const rules = rulesSchema.parse({ base: { networks: ['192.0.2.0/24'] } });
      const operationId = await startSimulation(asAna, { rules }, { kind: 'policy', version: 0 }, ['totp']);
      return { operationId, count: () => countOf(scope, 'simulations', { operation_id: operationId }), expected: 1 };
    },
    'import-users': async () => {
      const rows = Array.from({ length: 5 }, (_, n) => `Imported,Number ${n},imported${n}@acme.example`);
      const file = Buffer.from(['firstName,lastName,email', ...rows].join('\n'));
      const words = importWords(server.app.services.i18n);
      const draft = await draftImport(asAna, file, { activation: 'temporary-password', locale: 'en' }, words);
      if (!('operationId' in draft)) throw new Error(JSON.stringify(draft));
      await confirmImport(asAna, draft.operationId);
      return { operationId: draft.operationId, count: () => countOf(scope, 'users', { first_name: 'Imported' }), expected: 5 };
    },
  };

  async function importAllButAccept() {
    const directory = await linkDirectory(scope);
    await tasks['work-on-directory']!({ contextId: scope.contextId, directoryId: directory.directoryId }, { isLast: false });
    await approveRun(scope, (await lastRun(scope, directory)).runId);
    await tasks['work-on-directory']!({ contextId: scope.contextId, directoryId: directory.directoryId }, { isLast: false });
    return directory;
  }

  it('every kind of operation is asked for here', () => {
    expect(Object.keys(asks)).to.have.members(operationKinds.map(({ kind }) => kind));
  });

  for (const [kind, ask] of Object.entries(asks))
    it(`${kind}: stopped at each safe place in turn, it goes on, and nothing is lost or done twice`, async () => {
      const { operationId, of = scope, count, expected } = await ask();
      const runs = await runStopped('run-operation', { contextId: of.contextId, operationId });
      expect(runs, 'safe places in one run').to.be.greaterThan(2);
      const operation = (await findOperation(of, operationId))!;
      expect(operation).to.include({ kind, state: 'done', fault: undefined, refused: 0 });
      expect(await count?.()).to.equal(expected);
    });

  it('work-on-directory: a reading that was stopped is read again, and applied once', async () => {
    const large = new FakeDirectory();
    for (let n = 0; n < 40; n++) large.person(`Large Number${n}`);
    tasks = createTasks({ ...server.app.services, askDirectory: large.ask }, {} as never);
    const directory = await importAll(scope, large, { acceptsPeople: true });
    for (let n = 40; n < 60; n++) large.person(`Large Number${n}`);
    await startRun(scope, directory.directoryId, { purpose: 'sync', isWhole: true });
    const runs = await runStopped('work-on-directory', { contextId: scope.contextId, directoryId: directory.directoryId });
    expect(runs).to.be.greaterThan(4);
    expect(await lastRun(scope, directory)).to.include({ state: 'done', fault: undefined });
    expect(await countOf(scope, 'users', { first_name: 'Large' })).to.equal(60);
  });

  it('forget-custom-values: stopped, it begins again', async () => {
    const fieldId = newId();
    await scope.db.raw(`UPDATE users SET custom_values = jsonb_build_object(?::text, 'x') WHERE context_id = ?`, [
      fieldId,
      scope.contextId,
    ]);
    const { stop } = stopAt(1);
    const failure = await forgetCustomValues({ ...scope, stop }, fieldId).catch((error) => error);
    expect(failure).to.be.instanceOf(Stopped);
    expect(await runStopped('forget-custom-values', { contextId: scope.contextId, fieldId })).to.equal(2);
    const [left] = await scope.db('users').where('context_id', scope.contextId).whereRaw('jsonb_exists(custom_values, ?)', [fieldId]);
    expect(left).to.equal(undefined);
  });

  for (const { chore } of calendar)
    it(`${chore.name}: stopped between its steps it is no failure, and goes through afterwards`, async () => {
      expect(await runStopped(chore.name, {})).to.be.greaterThan(0);
    });

  it('the audit is whole after sealing was stopped', async () => {
    expect((await verifyChain(scope)).breach).to.equal(undefined);
    expect((await verifyChain(scope)).tail.events).to.equal(0);
  });
});
