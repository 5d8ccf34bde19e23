import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { mailLinkPurpose } from '../../../../src/domain/company/mails/index.ts';
import { addMembers, createGroup } from '../../../../src/domain/people/groups/index.ts';
import { type ExportWords, findExportByLink, startUserExport, userExport } from '../../../../src/domain/people/user-exports/index.ts';
import { changeStatus, editUser, type User, type UserListing } from '../../../../src/domain/people/users/index.ts';
import { createLink } from '../../../../src/domain/records/one-time-links/index.ts';
import { findOperation, getOperation, openFile, type Run, runOperation } from '../../../../src/domain/records/operations/index.ts';
import type { OperationId, Scope, UserId } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import { actingFor, useStore } from '../../../support/use-cases.ts';

const wordsIn = (locale: string): ExportWords => ({
  columns: ['email', 'identifier', `name (${locale})`, 'role', 'status'],
  roles: { administrator: 'Administrators’', regular: 'Regular' },
  statuses: { activated: 'Activated', invited: 'Invited', deactivated: 'Deactivated', blocked: 'Blocked' },
});

describe('domain/people/user-exports', () => {
  const store = useStore();
  let administrator: User;
  let own: Scope;
  beforeEach(async () => {
    administrator = await store.person({ role: 'administrator', firstName: 'Ada' });
    own = actingFor(store.scope, administrator);
  });

  const work: Run = (scope, operation) => userExport.run(scope, operation, { exportWords: wordsIn });
  const run = (operationId: OperationId, how = work) => runOperation(store.scope, operationId, async () => true, how);
  const read = async (operationId: OperationId) => (await buffer(openFile(store.scope, operationId))).toString();
  async function exported(filter: UserListing, locale = 'en'): Promise<{ operationId: OperationId; file: string; rows: string[][] }> {
    const operationId = await startUserExport(own, filter, locale);
    await run(operationId);
    const file = await read(operationId);
    return { operationId, file, rows: parse(file, { bom: true }) };
  }
  const mailed = async (userId: UserId) => (await store.queued('deliver-mail')).filter((mail) => mail.userId === userId);
  /** The token in the mail. */
  async function tokenOf(userId: UserId): Promise<string> {
    const sealed = (await mailed(userId)).at(-1)!.sealedLeadsTo as string;
    const page = JSON.parse(store.scope.keyRing.decrypt(sealed, mailLinkPurpose(store.scope.contextId)).toString());
    expect(page.page).to.equal('export');
    return page.token;
  }

  it('S52: everybody whom the filter shows is in the file, and nobody of another company', async () => {
    const group = await createGroup(store.scope, { name: 'Exported' });
    const people = [
      await store.person({ firstName: 'सीता', lastName: 'Export' }),
      await store.person({ firstName: '李', lastName: 'Export', username: '李.export' }),
      await store.person({ firstName: 'Zoë', lastName: 'Export', status: 'invited' }),
    ];
    await addMembers(store.scope, group.groupId, [people[0]!.userId, people[1]!.userId]);
    await changeStatus(store.scope, people[1]!.userId, 'block');
    const names = async (filter: UserListing) => (await exported(filter)).rows.slice(1).map(([, , name]) => name);
    expect(await names({ search: 'export' })).to.have.members(['सीता Export', '李 Export', 'Zoë Export']);
    expect(await names({ groupId: group.groupId })).to.have.members(['सीता Export', '李 Export']);
    expect(await names({ groupId: group.groupId, status: 'blocked' })).to.deep.equal(['李 Export']);
    expect(await names({ role: 'administrator', search: administrator.email })).to.deep.equal([`Ada ${administrator.lastName}`]);
    expect(await names({ search: 'nobody at all' })).to.deep.equal([]);
    const all = await names({});
    expect(all).to.include.members(['Ana Souza', 'João da Silva', 'Zoë Export']).and.not.include('Rita Outra');
    expect(all).to.have.length(Number((await store.scope.db('users').where('context_id', store.scope.contextId).count({ n: '*' }))[0]!.n));
  });

  it('the page on which somebody asked does not matter: the file begins at the beginning', async () => {
    await store.person({ lastName: 'Paged' });
    const cursor = Buffer.from(JSON.stringify([JSON.stringify(['-name', 0, 'a']), administrator.userId])).toString('base64url');
    expect((await exported({ search: 'paged', sort: '-name', cursor })).rows).to.have.length(2);
  });

  it('the file says it in the language of who asked, so that a spreadsheet reads it and runs nothing', async () => {
    const { email } = await store.person({ firstName: '=cmd|calc', lastName: 'Csv "quoted", X' });
    await store.person({ firstName: 'By', lastName: 'Csv name', username: 'csv.name' });
    const { file, rows } = await exported({ search: 'csv' }, 'pt-BR');
    expect(file.startsWith('\uFEFF"email","identifier","name (pt-BR)","role","status"\r\n')).to.equal(true);
    const [formula, named] = ['calc', 'By'].map((part) => rows.find(([, , name]) => name!.includes(part)));
    expect(formula![2]).to.equal('\'=cmd|calc Csv "quoted", X');
    expect(formula!.slice(0, 2), 'who has an e-mail signs in with it').to.deep.equal([email, email]);
    expect(named).to.deep.equal(['', 'csv.name', 'By Csv name', 'Regular', 'Activated']);
  });

  it('S53, S55: with the file a link is mailed to who asked, once, and it is theirs alone for 48 hours', async () => {
    await store.person({ lastName: 'Linked' });
    const { operationId } = await exported({ search: 'linked' }, 'es');
    expect(await getOperation(own, operationId)).to.include({ state: 'done', done: 1, total: 1, fileName: 'users.csv' });
    const [mail, ...more] = await mailed(administrator.userId);
    expect(more).to.deep.equal([]);
    expect(mail).to.deep.include({
      mail: 'users_exported',
      to: administrator.email,
      locale: 'es',
      params: { firstName: 'Ada', count: 1, hours: 48 },
    });
    const token = await tokenOf(administrator.userId);
    expect(JSON.stringify(mail), 'the token does not lie in the queue').not.to.contain(token);
    await run(operationId);
    expect(await mailed(administrator.userId)).to.have.length(1);
    const found = (scope: Scope, as = token) => store.unchanged(() => findExportByLink(scope, as));
    store.wait(48 * 60 - 1);
    expect((await found(own))!.operationId).to.equal(operationId);
    expect((await found(own))!.operationId, 'looking uses nothing up').to.equal(operationId);
    const colleague = actingFor(store.scope, await store.person({ role: 'administrator' }));
    for (const scope of [colleague, store.scope, { ...store.other, actor: own.actor }]) expect(await found(scope)).to.equal(undefined);
    for (const wrong of ['', 'x'.repeat(43)]) expect(await found(own, wrong)).to.equal(undefined);
    store.wait(1);
    expect(await found(own), 'it is over').to.equal(undefined);
  });

  it('a link of another kind opens no file, nor does one whose file is gone', async () => {
    const { operationId } = await exported({ role: 'administrator' });
    const owner = { userId: administrator.userId };
    const recovery = await createLink(store.scope, { kind: 'recovery', owner, lifetimeSeconds: 3600, payload: { operationId } });
    expect(await findExportByLink(own, recovery)).to.equal(undefined);
    const token = await tokenOf(administrator.userId);
    await store.scope.db('operations').where('operation_id', operationId).update({ file_name: null });
    expect(await findExportByLink(own, token)).to.equal(undefined);
  });

  it('the event says that it was asked for and how, and not who was looked for; nor is that kept', async () => {
    await store.person({ lastName: 'Sought' });
    let operationId!: OperationId;
    const types = await store.eventsOf(async () => {
      operationId = await startUserExport(own, { search: ' sought ', role: 'regular' }, 'en');
    });
    expect(types).to.deep.equal(['users.exported']);
    const [event] = await eventsOf(store.scope, { actorId: administrator.userId, type: 'users.exported' });
    expect(event!.details).to.deep.equal({ role: 'regular', isSearch: true, total: 1 });
    expect(await findOperation(store.scope, operationId)).to.include({ state: 'waiting', total: 1 });
    await run(operationId);
    expect((await findOperation(store.scope, operationId))!.input).to.deep.equal({ locale: 'en' });
  });

  it('whoever joins or leaves before the job runs is counted as it is then', async () => {
    await store.person({ lastName: 'Counted' });
    const operationId = await startUserExport(own, { search: 'counted' }, 'en');
    await store.person({ lastName: 'Counted too' });
    await run(operationId);
    expect(await getOperation(own, operationId)).to.include({ done: 2, total: 2 });
  });

  it('no link is mailed to who lost the role while the file was written', async () => {
    const losses: ((id: UserId) => Promise<unknown>)[] = [
      (id) => editUser(store.scope, id, { role: 'regular' }),
      (id) => changeStatus(store.scope, id, 'block'),
    ];
    for (const lose of losses) {
      const user = await store.person({ role: 'administrator' });
      const operationId = await startUserExport(actingFor(store.scope, user), {}, 'en');
      await run(operationId, async (scope, operation) => {
        await lose(user.userId);
        await work(scope, operation);
      });
      const ended = (await findOperation(store.scope, operationId))!;
      expect(ended).to.include({ state: 'failed', fault: 'administrators_only', fileName: undefined });
      expect(await mailed(user.userId)).to.deep.equal([]);
    }
  });

  it('more people than fit in one part are all in the file, each once and in order; a run that fell begins it again', async () => {
    const { db, contextId } = store.scope;
    const { department: _, ...model } = (await db('users')
      .where('user_id', (await store.person()).userId)
      .first())!;
    const copies = Array.from({ length: 4001 }, (_, n) => {
      const login = `many${String(n).padStart(4, '0')}`;
      const key = `many people ${login}`;
      const id = `00000000-0000-7000-8000-${String(n).padStart(12, '0')}` as UserId;
      const names = { first_name: 'Many people', last_name: login, name_key: key };
      return { ...model, ...names, user_id: id, email: null, email_key: null, username: login, username_key: login, custom_values: '{}' };
    });
    await db.batchInsert('users', copies, 500);
    const operationId = await startUserExport(own, { search: 'many people' }, 'en');
    let written = 0;
    const falls = (locale: string): ExportWords => {
      const words = wordsIn(locale);
      const activated = () => (++written > 3000 ? expect.fail('it fell') : words.statuses.activated);
      return {
        ...words,
        statuses: {
          ...words.statuses,
          get activated() {
            return activated();
          },
        },
      };
    };
    const fell = await run(operationId, (scope, operation) => userExport.run(scope, operation, { exportWords: falls })).catch(String);
    expect(fell).to.contain('it fell');
    expect((await read(operationId)).split('\r\n'), 'a part of it was written').to.have.length(2002);
    expect(await findOperation(store.scope, operationId)).to.include({ state: 'running', done: 2000, fileName: undefined });
    expect(await mailed(administrator.userId)).to.deep.equal([]);
    await run(operationId);
    const logins = parse(await read(operationId), { bom: true, from: 2 }).map(([, login]: string[]) => login);
    expect(logins).to.deep.equal(copies.map(({ username }) => username));
    expect(await getOperation(own, operationId)).to.include({ state: 'done', done: 4001, total: 4001 });
    expect(await db('operation_files').where({ context_id: contextId, operation_id: operationId })).to.have.length(3);
    expect(await mailed(administrator.userId), 'of the run that ended').to.have.length(1);
  });

  it('asking and its event stand or fall together, and so many wait at once', async () => {
    await store.inOneTransaction((scope) => startUserExport({ ...scope, actor: own.actor }, {}, 'en'));
    for (let n = 0; n < 10; n++) await startUserExport(own, {}, 'en');
    await store.refused('too_many_operations', () => startUserExport(own, {}, 'en'));
  });
});
