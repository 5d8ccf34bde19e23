import { expect } from 'chai';
import { collectPersonalData } from '../../../../src/domain/administration/personal-data/index.ts';
import { createApi, grantScope } from '../../../../src/domain/applications/apis/index.ts';
import { createApplication, findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { describePerson } from '../../../../src/domain/applications/assertions/index.ts';
import { assignApplication, setFavourite } from '../../../../src/domain/applications/assignments/index.ts';
import { acceptTerms, giveConsent, publishTerms } from '../../../../src/domain/applications/consents/index.ts';
import { type CustomFieldInput, createCustomField } from '../../../../src/domain/company/custom-fields/index.ts';
import { addMembers, createGroup, viewGroups } from '../../../../src/domain/people/groups/index.ts';
import { planDeactivation } from '../../../../src/domain/people/planned-deactivations/index.ts';
import { changeStatus, editUser, recordView, type User } from '../../../../src/domain/people/users/index.ts';
import { noteBrowser } from '../../../../src/domain/records/attempts/index.ts';
import { createLink } from '../../../../src/domain/records/one-time-links/index.ts';
import { type ApplicationId, inTransaction, type Scope, type UserId } from '../../../../src/domain/scope.ts';
import { setPersonalPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import { recordParticipant } from '../../../../src/domain/sign-in/sessions/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

type Data = Record<string, unknown> & { person: Record<string, unknown>; history: { type: string; by: object; [key: string]: unknown }[] };

describe('domain/administration/personal-data', () => {
  const store = useStore();
  let administrator: Scope;
  before(async () => {
    administrator = from(actingFor(store.scope, await store.person({ role: 'administrator', firstName: 'Ada', lastName: 'Adm' })));
  });
  /** The same scope from a place of its own. */
  const from = (scope: Scope, ip = '203.0.113.7'): Scope => ({ ...scope, actor: { ...scope.actor, ip, userAgent: `browser at ${ip}` } });
  /** As the person reads it in the file. */
  const collect = async (userId: UserId, scope = administrator): Promise<Data> =>
    JSON.parse(JSON.stringify(await collectPersonalData(scope, userId)));

  /** Somebody of whom something is kept everywhere. */
  async function known(user: User): Promise<void> {
    const { scope } = store;
    const { userId } = user;
    const saml = { entityId: `https://${userId}.example`, assertionConsumerServices: [{ url: `https://${userId}.example/acs` }] };
    const settings = { ...saml, nameIdFormat: 'persistent' };
    const application = await createApplication(scope, { code: `wiki-${userId.slice(-8)}`, name: `維基 ${user.lastName}`, saml: settings });
    const { applicationId } = application;
    const { groupId } = await createGroup(scope, { name: `Grupo ${user.lastName}` });
    await addMembers(scope, groupId, [userId]);
    await assignApplication(scope, applicationId, { kind: 'group', id: groupId });
    await setFavourite(scope, userId, applicationId, true);
    await describePerson(scope, { applicationId, saml: application.saml! }, user, 'https://idp.example');
    await giveConsent(scope, userId, applicationId, ['openid', 'email']);
    const scopes = [{ name: 'read', texts: { en: 'Read' } }];
    const { apiId } = await createApi(scope, { identifier: `urn:${userId}`, name: `API ${user.lastName}`, scopes });
    await grantScope(scope, apiId, 'read', [{ kind: 'user', id: userId }]);
    const days = { startsOn: '2090-01-01', endsOn: '2090-02-01', description: `Leave of ${user.lastName}` };
    await planDeactivation(administrator, userId, days, 'UTC');
    const sessionId = await store.session(userId);
    await recordParticipant(scope, sessionId, { applicationId, protocol: 'saml', protocolSession: '_secret-session', nameIds: [] });
    await inTransaction(scope, async (inside) => {
      await noteBrowser({ ...inside, actor: { ...inside.actor, userAgent: `Browser of ${user.lastName}` } }, userId, 'b'.repeat(43), true);
      await setPersonalPassword(inside, user, '$argon2id$of-the-person');
    });
    await scope.db('second_factors').insert({
      ...{ context_id: scope.contextId, user_id: userId, factor_id: userId, kind: 'totp', name: `Phone of ${user.lastName}` },
      ...{ created_at: scope.clock.now(), secret_encrypted: 'sealed-secret' },
    });
  }

  it('S88–S90: whatever is kept of the person is there, in its own words', async () => {
    const field: CustomFieldInput = { code: 'badge', label: 'Crachá', type: 'text', options: [], isRequired: false, isPersonal: true };
    await createCustomField(store.scope, field);
    await createCustomField(store.scope, { ...field, code: 'empty', label: 'Empty' });
    const edition = await publishTerms(store.scope, { en: { title: 'Terms', body: 'Be kind.' } }, 0);
    const person = { firstName: 'सीता', lastName: '李', department: 'Zoë’s', customFields: { badge: '0042' } };
    const user = await store.person({ ...person, locale: 'pt-BR' });
    await known(user);
    await acceptTerms(store.scope, user.userId, edition, 'pt-BR');
    const data = await collect(user.userId);
    expect(data.person).to.include({
      id: user.userId,
      firstName: 'सीता',
      lastName: '李',
      department: 'Zoë’s',
      email: user.email,
      locale: 'pt-BR',
    });
    expect(data.customFields, 'by the label that the company shows').to.deep.equal({ Crachá: '0042', Empty: null });
    expect(data.plannedDeactivation).to.include({ startsOn: '2090-01-01', endsOn: '2090-02-01', description: 'Leave of 李' });
    expect(data.groups).to.deep.equal(['Everyone', 'Grupo 李']);
    const [application] = data.applications as Record<string, unknown>[];
    expect(application).to.deep.include({ name: '維基 李', enabled: true, isDirect: false, byGroups: ['Grupo 李'] });
    expect(application!.lastUsedAt).to.match(/^\d{4}-\d\d-\d\dT.*Z$/);
    const one = (list: unknown) => (list as object[])[0] ?? expect.fail('there is none');
    expect(one(data.launchpad)).to.include({ name: '維基 李', isFavourite: true, lastUsedAt: application!.lastUsedAt });
    expect(one(data.knownToApplicationsAs)).to.include({ name: '維基 李' }).and.have.property('nameId');
    expect(one(data.consents)).to.deep.include({ application: '維基 李', scopes: ['openid', 'email'] });
    expect(one(data.grantedAtApis)).to.deep.equal({ api: 'API 李', scopes: ['read'] });
    expect(one(data.acceptedTerms)).to.include({ edition, locale: 'pt-BR' });
    expect(one(data.secondFactors)).to.include({ kind: 'totp', name: 'Phone of 李', lastUsedAt: null });
    expect(one(data.browsers)).to.include({ userAgent: 'Browser of 李' });
    expect(one(data.sessions)).to.include({ ip: '127.0.0.1' }).and.not.have.property('sessionId');
    expect(Date.parse(data.generatedAt as string)).to.be.greaterThan(Date.parse(application!.lastUsedAt as string));
  });

  it('somebody of whom nothing more is kept gets lists that are empty, and nulls', async () => {
    const data = await collect((await store.person()).userId);
    for (const list of [
      'applications',
      'launchpad',
      'knownToApplicationsAs',
      'consents',
      'grantedAtApis',
      'acceptedTerms',
      'secondFactors',
      'browsers',
      'sessions',
    ])
      expect(data[list], list).to.deep.equal([]);
    expect(data).to.include({ plannedDeactivation: null, historyIsWhole: true });
    expect(data.groups).to.deep.equal(['Everyone']);
  });

  it('it holds no secret, and nothing of anybody else', async () => {
    const [user, other] = [await store.person({ lastName: 'Mine' }), await store.person({ lastName: 'Theirs' })];
    await known(user);
    await known(other);
    const token = await createLink(store.scope, { kind: 'recovery', owner: { userId: user.userId }, lifetimeSeconds: 60 });
    const text = JSON.stringify(await collect(user.userId));
    expect(text).to.contain('維基 Mine').and.contain('Browser of Mine').and.contain('Leave of Mine').and.contain('Phone of Mine');
    for (const foreign of ['Theirs', other.userId, other.email!]) expect(text).not.to.contain(foreign);
    for (const secret of [token, 'sealed-secret', '_secret-session', 'argon2', 'hash'])
      expect(text.toLowerCase()).not.to.contain(secret.toLowerCase());
  });

  it('a consent to an application that the person cannot open any more is named, too', async () => {
    const { userId } = await store.person();
    const { applicationId } = (await findApplicationByCode(store.scope, 'mobile'))!;
    await giveConsent(store.scope, userId, applicationId as ApplicationId, ['openid']);
    const data = await collect(userId);
    expect(data.applications).to.deep.equal([]);
    expect((data.consents as object[])[0])
      .to.include({ application: 'Mobile' })
      .and.not.have.property('applicationId');
  });

  it('each time it is asked for an event says so, and the file tells of it itself', async () => {
    const user = await store.person({ firstName: 'Zoë', lastName: 'Λ' });
    const types = await store.eventsOf(async () => {
      expect((await collect(user.userId)).history[0]).to.deep.include({
        type: 'user.data-exported',
        by: { name: 'Ada Adm' },
        subject: 'Zoë Λ',
      });
      const again = await collect(user.userId, actingFor(store.scope, user));
      expect(again.history.filter(({ type }) => type === 'user.data-exported')).to.have.length(2);
    });
    expect(types).to.deep.equal(['user.data-exported', 'user.data-exported']);
    const [event] = (await eventsOf(store.scope, { subjectId: user.userId, actorId: administrator.actor.id })).slice(-1);
    expect(event).to.include({ type: 'user.data-exported', subjectName: 'Zoë Λ' });
  });

  it('the history: what others did is said by name, from where only of the person’s own actions; the newest first', async () => {
    const user = await store.person();
    const own = from(actingFor(store.scope, user), '198.51.100.9');
    await editUser(administrator, user.userId, { department: '経理' });
    await editUser(own, user.userId, { lastName: 'Renamed' });
    const { history } = await collect(user.userId);
    expect(history.map(({ type }) => type)).to.deep.equal(['user.data-exported', 'user.edited', 'user.edited', 'user.created']);
    expect(history[1]!.by).to.deep.equal({ name: own.actor.name, ip: '198.51.100.9', userAgent: 'browser at 198.51.100.9' });
    expect(history[1]).to.deep.include({ details: { before: { lastName: user.lastName }, after: { lastName: 'Renamed' } } });
    expect(history[2]).to.deep.include({ by: { name: 'Ada Adm' }, details: { before: {}, after: { department: '経理' } } });
    expect(JSON.stringify(history), 'where the administrator was is hers').not.to.contain('203.0.113.7');
  });

  it('what the person did to others is theirs; who the others are is the others’', async () => {
    const boss = await store.person({ role: 'administrator' });
    const own = actingFor(store.scope, boss);
    const other = await store.person({ firstName: 'Secret', lastName: 'Agent' });
    await editUser(own, other.userId, { department: 'Undercover' });
    await recordView(own, other);
    await changeStatus(own, other.userId, 'deactivate', 'a reason');
    await createGroup(own, { name: 'Agents' });
    await viewGroups(own, { search: '李' });
    const { history } = await collect(boss.userId);
    const [listed, ...actions] = history.filter(({ type }) => !['user.data-exported', 'user.created'].includes(type));
    expect(actions.map(({ type, subject }) => [type, subject])).to.deep.equal([
      ['group.created', 'group'],
      ['user.deactivated', 'user'],
      ['user.viewed', 'user'],
      ['user.edited', 'user'],
    ]);
    expect(listed, 'about nobody').to.deep.include({ type: 'groups.listed', details: { search: '李' } });
    for (const action of actions) expect(action).not.to.have.any.keys('details', 'reason');
    expect(JSON.stringify(history)).not.to.match(/Agent|Undercover|a reason/);
  });

  it('of more than 20 000 events the newest are given, and the file says that it is not whole', async () => {
    const { db, contextId } = store.scope;
    const failedSignIns = (userId: UserId, n: number, from: number) =>
      db.raw(
        `INSERT INTO audit_events (context_id, event_id, at, type, outcome, actor, subject_kind, subject_id, details)
         SELECT ?, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, to_timestamp(n), 'sign-in.failed', 'failure', '{"kind":"anonymous"}', 'user', ?, '{}'
         FROM generate_series(?::int, ?::int) n`,
        [contextId, userId, from, from + n - 1],
      );
    const oldest = async (userId: UserId) => {
      const { historyIsWhole, history } = await collect(userId);
      expect(history).to.have.length(20_000);
      return [historyIsWhole, Date.parse(history.at(-1)!.at as string) / 1000];
    };
    // with how they were made, and this
    const { userId } = await store.person();
    await failedSignIns(userId, 19_998, 1);
    expect(await oldest(userId)).to.deep.equal([true, 1]);
    expect(await oldest(userId), 'the oldest is left out').to.deep.equal([false, 2]);
    const busy = await store.person();
    await failedSignIns(busy.userId, 19_997, 50_001);
    await createGroup(actingFor(store.scope, busy), { name: 'Busy 1' });
    expect(await oldest(busy.userId)).to.deep.equal([true, 50_001]);
    await createGroup(actingFor(store.scope, busy), { name: 'Busy 2' });
    expect(await oldest(busy.userId), 'of both together').to.deep.equal([false, 50_003]);
  });

  it('nobody is found who is not here, and the event stands or falls with the caller’s transaction', async () => {
    const stranger = await store.stranger();
    for (const id of [unknownId as UserId, stranger, 'no-id' as UserId])
      await store.refused('not_found', () => collectPersonalData(administrator, id));
    const { userId } = await store.person();
    await store.refused('not_found', () => collectPersonalData(store.other, userId));
    await store.inOneTransaction((scope) => collectPersonalData(scope, userId));
  });
});
