import { expect } from 'chai';
import { createCustomField } from '../../../../src/domain/company/custom-fields/index.ts';
import { changeStatus, editUser, findUserByLogin, getUser, setLocale, type User } from '../../../../src/domain/people/users/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { actingFor, type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/people/users: editing a person', () => {
  const store = useStore();
  const lastDetails = async () => (await eventsOf(store.scope, { type: 'user.edited' })).at(-1)!.details;

  it('S86: name, role and department change, with what they were before in the audit, and what is not mentioned stays', async () => {
    const before = await store.person({ firstName: 'Zoe', department: 'Sales' });
    let after: User | undefined;
    const types = await store.eventsOf(async () => {
      after = await editUser(store.scope, before.userId, { firstName: 'Zoë', lastName: '李', role: 'administrator' }, before.version);
    });
    expect(types).to.deep.equal(['user.edited']);
    expect(await getUser(store.scope, before.userId)).to.include({
      firstName: 'Zoë',
      lastName: '李',
      role: 'administrator',
      department: 'Sales',
      email: before.email,
      version: before.version + 1,
    });
    expect(await lastDetails()).to.deep.equal({
      before: { firstName: 'Zoe', lastName: before.lastName, role: 'regular' },
      after: { firstName: 'Zoë', lastName: '李', role: 'administrator' },
    });
    await store.unchanged(() => editUser(store.scope, before.userId, { firstName: 'Zoë', department: 'Sales' }));
    expect(after).to.include({ firstName: 'Zoë', department: 'Sales' });
  });

  it('S86: a personal field is changed, and the audit says so without its value', async () => {
    const field = { label: 'Field', type: 'text' as const, options: [], isRequired: false };
    await createCustomField(store.scope, { ...field, code: 'badge', isPersonal: true });
    await createCustomField(store.scope, { ...field, code: 'site', isPersonal: false });
    const { userId } = await store.person();
    await editUser(store.scope, userId, { customFields: { badge: 'सीता 7', site: 'Lisboa' } });
    expect(await lastDetails()).to.deep.equal({
      before: { 'custom.badge': '•••', 'custom.site': null },
      after: { 'custom.badge': '•••', 'custom.site': 'Lisboa' },
    });
    await editUser(store.scope, userId, { customFields: { site: 'Porto' } });
    expect(Object.values((await getUser(store.scope, userId)).customValues), 'what is not mentioned stays').to.have.members([
      'सीता 7',
      'Porto',
    ]);
  });

  it('what is refused changes nobody', async () => {
    const { scope } = store;
    const ana = (await findUserByLogin(scope, 'ana@acme.example'))!;
    const named = await store.person({ username: 'by.name' });
    const { userId, version } = await store.person();
    const cases: Refusals = [
      ...['', ' ', '\u3000', '\u200b', 'a\u0007b', 'x'.repeat(101)].map((name): Refusals[number] => [
        'invalid_input',
        () => editUser(scope, userId, { firstName: name, lastName: name }),
      ]),
      ['invalid_input', () => editUser(scope, userId, { department: 'x'.repeat(101) })],
      ['invalid_input', () => editUser(scope, named.userId, { role: 'administrator' })],
      ['changed_meanwhile', () => editUser(scope, userId, { firstName: 'Late' }, version - 1)],
      ['own_account', () => editUser(actingFor(scope, ana), ana.userId, { role: 'regular' })],
    ];
    for (const id of [await store.stranger(), unknownId, 'no-id'])
      cases.push(['not_found', () => editUser(scope, id, { firstName: 'Nobody' })], ['not_found', () => setLocale(scope, id, 'es')]);
    for (const [code, work] of cases) await store.refused(code, work);
  });

  it('S57: the last active administrator stays one, and of two who end each other’s role at once one stays', async () => {
    const administrators = store.scope.db('users').where({ context_id: store.scope.contextId, role: 'administrator' });
    const ids = (await administrators.clone().select('user_id')).map((row) => row.user_id);
    const last = (await findUserByLogin(store.scope, 'ana@acme.example'))!.userId;
    for (const id of ids.filter((one) => one !== last)) await editUser(store.scope, id, { role: 'regular' });
    await store.refused('last_administrator', () => editUser(store.scope, last, { role: 'regular' }));
    const gone = await store.person({ role: 'administrator' });
    await changeStatus(store.scope, gone.userId, 'deactivate');
    await store.refused('last_administrator', () => editUser(store.scope, last, { role: 'regular' }));
    await editUser(store.scope, gone.userId, { role: 'regular' });
    const second = (await store.person({ role: 'administrator' })).userId;
    const results = await Promise.allSettled([last, second].map((id) => editUser(store.scope, id, { role: 'regular' })));
    const [refused, ...more] = results.filter((result) => result.status === 'rejected');
    expect(more).to.deep.equal([]);
    expect(refused!.reason).to.include({ code: 'last_administrator' });
  });

  it('of two who edit the same version one is told to look again', async () => {
    const { userId, version } = await store.person();
    const results = await Promise.allSettled(['One', 'Two'].map((firstName) => editUser(store.scope, userId, { firstName }, version)));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => reason.code)).to.deep.equal(['changed_meanwhile']);
  });

  it('the language of pages and mails is chosen once, and the audit says from what', async () => {
    const { userId } = await store.person();
    expect(await store.eventsOf(() => setLocale(store.scope, userId, 'pt-BR'))).to.deep.equal(['user.edited']);
    expect((await getUser(store.scope, userId)).locale).to.equal('pt-BR');
    expect(await lastDetails()).to.deep.equal({ before: { locale: null }, after: { locale: 'pt-BR' } });
    await store.unchanged(() => setLocale(store.scope, userId, 'pt-BR'));
    await store.inOneTransaction((scope) => setLocale(scope, userId, 'es'));
    await store.inOneTransaction((scope) => editUser(scope, userId, { firstName: 'Whole' }));
  });
});
