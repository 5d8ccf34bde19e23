import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { runOperationJob } from '../../../../src/domain/administration/operation-runs/index.ts';
import {
  confirmImport,
  draftImport,
  findDraft,
  type ImportWords,
  listTemporaryPasswords,
  userImport,
} from '../../../../src/domain/administration/user-imports/index.ts';
import { groupNamesOf } from '../../../../src/domain/people/groups/index.ts';
import { changeStatus, findUserByLogin, type User } from '../../../../src/domain/people/users/index.ts';
import { getOperation, openFile } from '../../../../src/domain/records/operations/index.ts';
import type { OperationId, Scope } from '../../../../src/domain/scope.ts';
import { findPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { readPassword } from '../../../../src/platform/crypto/index.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

const words: ImportWords = {
  columns: {
    firstName: [],
    lastName: [],
    fullName: [],
    email: [],
    username: [],
    role: [],
    department: [],
    groups: [],
    identifier: [],
    status: [],
  },
  roles: { regular: [], administrator: [] },
  yes: [],
  no: [],
};

describe('domain/administration/user-imports', () => {
  const store = useStore();
  let administrator: User;
  let own: Scope;
  beforeEach(async () => {
    administrator = await store.person({ role: 'administrator' });
    own = actingFor(store.scope, administrator);
  });
  const header = 'firstName,lastName,email,username,role,groups';
  const draft = (lines: string[], activation: 'invitation' | 'temporary-password' = 'invitation', scope = own) =>
    draftImport(scope, Buffer.from([header, ...lines].join('\n')), { activation, locale: 'en' }, words);
  async function drafted(lines: string[], activation?: 'invitation' | 'temporary-password'): Promise<OperationId> {
    const result = await draft(lines, activation);
    return 'operationId' in result ? result.operationId : expect.fail(JSON.stringify(result.faults));
  }
  const run = (operationId: string, scope = store.scope) =>
    runOperationJob.run(
      () => scope,
      { contextId: store.scope.contextId, operationId },
      { runners: { [userImport.kind]: (inside, operation) => userImport.run(inside, operation, { importWords: words }) } },
      { isLast: false },
    );
  const found = (login: string) => findUserByLogin(store.scope, login);

  it('a file adds nobody until its person said yes and the job has run', async () => {
    const lines = ['Eva,Reis,eva@acme.example,,,Finance', 'Ivo,Reis,,ivo,regular,'];
    const operationId = await drafted(lines);
    expect(await found('eva@acme.example')).to.equal(undefined);
    expect(await findDraft(own, operationId, words)).to.deep.include({ faults: [], activation: 'invitation' });
    await store.unchanged(() => run(operationId));
    await confirmImport(own, operationId);
    const types = await store.eventsOf(() => run(operationId));
    expect(types).to.deep.equal([
      'user.created',
      'user.invited',
      'user.created',
      'user.temporary-password-set',
      'group.member-added',
      'users.imported',
    ]);
    const eva = (await found('eva@acme.example'))!;
    expect(eva).to.include({ status: 'invited' });
    expect(await groupNamesOf(store.scope, eva.userId)).to.deep.equal(['Everyone', 'Finance']);
    expect(await findPassword(store.scope, (await found('ivo'))!.userId)).to.include({ mustChange: true });
    expect(await getOperation(own, operationId)).to.include({ state: 'done', done: 2, total: 2 });
    expect(await text(openFile(store.scope, operationId)), 'the file names people').to.equal('');
    await store.unchanged(() => run(operationId));
  });

  it('what is wrong is told line by line, and no draft is kept', async () => {
    const cases: [line: string, column: string, message: string][] = [
      [',,a@acme.example,,,', 'firstName', 'fields.one_name'],
      ['Eva,Reis,no address,,,', 'email', 'fields.email'],
      ['Eva,Reis,ANA@acme.example,,,', 'email', 'fields.taken'],
      ['Eva,Reis,,jsilva,,', 'username', 'fields.taken'],
      ['Eva,Reis,good@acme.example,,,', 'email', 'fields.csv_twice'],
      ['Eva,Reis,a@acme.example,,boss,', 'role', 'fields.csv_role'],
      ['Eva,Reis,a@acme.example,,,Nobody', 'groups', 'fields.csv_group'],
    ];
    for (const [line, column, message] of cases) {
      const result = await store.unchanged(() => draft(['Good,One,good@acme.example,,,', line]));
      const [fault] = 'faults' in result ? result.faults : [];
      expect(fault, line).to.include({ line: 3, column, message });
    }
    for (const lines of [[], ['"Eva']]) expect(await store.unchanged(() => draft(lines))).to.have.property('faults');
  });

  it('what is refused when it runs, though it was not before, leaves nobody behind', async () => {
    const operationId = await drafted(['New,One,one@acme.example,,,', 'New,Two,two@acme.example,,,']);
    await confirmImport(own, operationId);
    await store.person({ email: 'two@acme.example' });
    expect(await store.eventsOf(() => run(operationId))).to.deep.equal([]);
    expect(await found('one@acme.example')).to.equal(undefined);
    expect(await getOperation(own, operationId)).to.include({ state: 'failed', fault: 'import_faults' });
  });

  it('whoever lost the role before it runs adds nobody', async () => {
    const operationId = await drafted(['New,Three,three@acme.example,,,']);
    await confirmImport(own, operationId);
    const operation = await getOperation(own, operationId);
    await changeStatus(store.scope, administrator.userId, 'deactivate');
    await store.refused('administrators_only', () => userImport.run(own, operation, { importWords: words }));
    await run(operationId);
    expect(await getOperation(own, operationId)).to.include({ state: 'failed', fault: 'administrators_only' });
  });

  it('all of a file stands or falls together: people, passwords, mails, and the note that it is done', async () => {
    const lines = ['Whole,One,whole1@acme.example,,,Finance', 'Whole,Two,,whole2,,Finance'];
    for (const activation of ['invitation', 'temporary-password'] as const) {
      const operationId = await drafted(lines, activation);
      await confirmImport(own, operationId);
      await store.inOneTransaction(async (scope) => {
        const operation = await getOperation({ ...scope, actor: own.actor }, operationId);
        await userImport.run({ ...scope, actor: own.actor }, operation, { importWords: words });
      });
    }
  });

  it('others’ imports are neither seen nor confirmed, and one is confirmed once', async () => {
    const operationId = await drafted(['New,Four,four@acme.example,,,']);
    const other = actingFor(store.scope, await store.person({ role: 'administrator' }));
    for (const [scope, id] of [
      [other, operationId],
      [own, unknownId],
      [own, 'no-id'],
    ] as const) {
      await store.refused('not_found', () => findDraft(scope, id, words));
      await store.refused('not_found', () => confirmImport(scope, id));
    }
    await confirmImport(own, operationId);
    await store.refused('request_answered', () => confirmImport(own, operationId));
  });

  it('S115: temporary passwords are handed over with an event, those that work, and no others', async () => {
    const operationId = await drafted(['Temp,One,temp1@acme.example,,,', 'Temp,Two,,temp2,,'], 'temporary-password');
    await confirmImport(own, operationId);
    await run(operationId);
    let file = '';
    const types = await store.eventsOf(async () => {
      file = await text(Readable.from(listTemporaryPasswords(own, await getOperation(own, operationId), ['login', 'name', 'password'])));
    });
    expect(types).to.deep.equal(['users.passwords-exported']);
    const [, first, second] = file.trim().split(/\r?\n/);
    for (const [line, login] of [
      [first, 'temp1@acme.example'],
      [second, 'temp2'],
    ] as const) {
      const password = line!.split(/[,;]/).at(-1)!.replaceAll('"', '');
      const { userId } = (await found(login))!;
      expect(line).to.contain(login);
      expect(await store.scope.hasher.verify(readPassword(password), (await findPassword(store.scope, userId))!.hash)).to.not.equal(
        undefined,
      );
    }
  });
});
