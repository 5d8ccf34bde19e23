import { expect } from 'chai';
import {
  type ExplainFacts,
  type ExplanationStep,
  explain,
  gatherExplainFacts,
  listSignIns,
  type Question,
  viewExplanation,
} from '../../../../src/domain/administration/explanations/index.ts';
import { createAccessFinder } from '../../../../src/domain/applications/access/index.ts';
import { type Application, findApplicationByCode, registerApplication } from '../../../../src/domain/applications/applications/index.ts';
import { findGroupByName } from '../../../../src/domain/people/groups/index.ts';
import { followPlan, planDeactivation } from '../../../../src/domain/people/planned-deactivations/index.ts';
import { findUserByLogin, requestDeletion, type User } from '../../../../src/domain/people/users/index.ts';
import { recordAlone } from '../../../../src/domain/records/audit/index.ts';
import { defaultRules, type PolicyRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { newId } from '../../../../src/platform/crypto/index.ts';
import { linkedTo, linkTo } from '../../../support/network.ts';
import { useStore } from '../../../support/use-cases.ts';
import { origin, putInForce } from './situations.ts';

describe('domain/administration/explanations: what is gathered', () => {
  const store = useStore();
  let payroll: Application;
  before(async () => {
    payroll = (await findApplicationByCode(store.scope, 'payroll'))!;
  });

  const tools = () => ({
    findAccess: createAccessFinder(store.database),
    company: { name: 'Acme' },
    origin,
    entityId: `${origin}/acme`,
  });
  const question = (person: string, more: Partial<Question> = {}): Question => ({
    person,
    applicationId: payroll.applicationId,
    ip: '192.0.2.7',
    isKnownBrowser: false,
    at: store.scope.clock.now(),
    ...more,
  });
  const gather = (person: string, more?: Partial<Question>): Promise<ExplainFacts> =>
    store.unchanged(() => gatherExplainFacts(store.scope, tools(), question(person, more)));
  const stepOf = (facts: ExplainFacts, step: ExplanationStep['step']): ExplanationStep =>
    explain(facts).steps.find((one) => one.step === step)!;

  it('a person by login or id; and nobody of the other company, nor an application of it', async () => {
    const joao = (await findUserByLogin(store.scope, 'jsilva'))!;
    for (const name of ['jsilva', 'JSILVA', joao.userId]) expect((await gather(name)).person!.name).to.equal('João da Silva');
    expect((await gather(await store.stranger())).person).to.equal(undefined);
    const theirs = (await findApplicationByCode(store.other, 'payroll'))!;
    const facts = await gather('jsilva', { applicationId: theirs.applicationId });
    expect(facts.application).to.equal(undefined);
    expect(stepOf(facts, 'application').reason).to.equal('application-unknown');
  });

  it('without an application it is about the Launchpad', async () => {
    const { allowed, steps } = explain(await gather('jsilva', { applicationId: undefined }));
    expect(allowed).to.equal(true);
    expect(steps.map(({ step }) => step)).not.to.include.oneOf(['application', 'access', 'release']);
  });

  it('can be written and read again, and stays small but for what would be told', async () => {
    const { release: _, ...facts } = await gather('jsilva');
    expect(JSON.parse(JSON.stringify(facts))).to.deep.equal(JSON.parse(JSON.stringify({ ...facts })));
    expect(JSON.stringify(facts).length).to.be.below(6000);
  });

  it('why somebody is deactivated: a plan, a directory, a deletion, or an administrator', async () => {
    const person = (): Promise<User> => store.person();
    const [planned, gone, left] = [await person(), await person(), await person()];
    const today = store.scope.clock.now().toISOString().slice(0, 10);
    await planDeactivation(store.scope, planned.userId, { startsOn: today, endsOn: '2099-01-01', description: '' }, 'UTC');
    await followPlan(store.scope, planned.userId, 'UTC');
    await requestDeletion(store.scope, gone.userId);
    const { directoryId } = await linkedTo(store.scope, [left.userId]);
    const now = store.scope.clock.now();
    await store.scope.db('users').where({ user_id: left.userId }).update({ status: 'deactivated', status_changed_at: now });
    await store.scope.db('directory_entries').where({ directory_id: directoryId }).update({ deactivated_at: now });
    const reasons = await Promise.all(
      [planned, gone, left].map(
        async ({ userId }) => stepOf(await gatherExplainFacts(store.scope, tools(), question(userId)), 'account').reason,
      ),
    );
    expect(reasons).to.deep.equal(['planned-deactivation', 'deletion', 'directory-deactivation']);
  });

  it('somebody of a directory who waits or was rejected is nobody yet, and the page says so', async () => {
    const { directoryId } = await linkedTo(store.scope, []);
    for (const state of ['pending', 'rejected'] as const) {
      const [entryId, login] = [newId(), `${state}@acme.example`];
      const user = await store.person();
      await linkTo(store.scope, directoryId, user.userId, { entryId, dn: `CN=${state}` });
      const changes = { state, user_id: null, login, search_key: `person ${login}` };
      await store.scope.db('directory_entries').where({ entry_id: entryId }).update(changes);
      expect(stepOf(await gather(login), 'person').reason).to.equal(state === 'pending' ? 'entry-waiting' : 'entry-rejected');
    }
    expect(stepOf(await gather('pending@acme'), 'person').reason, 'a part of the name is not the name').to.equal('person-unknown');
  });

  it('each rule says whose it is, by name', async () => {
    const finance = (await findGroupByName(store.scope, 'Finance'))!;
    const override = { password: {}, session: {}, secondFactor: {}, networks: [] };
    const rules: PolicyRules = {
      ...defaultRules,
      overrides: [
        { ...override, overrideId: newId(), for: { kind: 'group', groupId: finance.groupId }, secondFactor: { demand: 'required' } },
        {
          ...override,
          overrideId: newId(),
          for: { kind: 'application', applicationId: payroll.applicationId },
          networks: ['192.0.2.0/24'],
        },
        { ...override, overrideId: newId(), for: { kind: 'role', role: 'regular' }, session: { idleMinutes: 5 } },
      ],
    };
    await putInForce(store.scope, rules);
    const facts = await gather('jsilva');
    await putInForce(store.scope, defaultRules);
    const sourceOf = (part: string) => facts.policy.find((one) => one.part === part)!.from;
    expect(sourceOf('secondFactor.demand')).to.deep.include({ kind: 'group', name: 'Finance' });
    expect(sourceOf('networks')).to.deep.include({ kind: 'application', name: 'Payroll' });
    expect(sourceOf('session.idleMinutes')).to.deep.include({ kind: 'role', role: 'regular' });
    expect(sourceOf('lockout.limit')).to.deep.equal({ kind: 'company' });
    expect(explain(facts).steps.find(({ step }) => step === 'enrol')!.outcome).to.equal('asks');
  });

  it('what is wrong with how an application is set up, and what it would be told', async () => {
    const { scope } = store;
    const register = async (input: Record<string, unknown>) => {
      await registerApplication(scope, { ...input, name: input.code } as never);
      const { applicationId } = (await findApplicationByCode(scope, input.code as string))!;
      return async () => gatherExplainFacts(scope, tools(), question('ana@acme.example', { applicationId }));
    };
    const plain = await register({ code: 'plain' });
    expect(stepOf(await plain(), 'protocol').reason).to.equal('no-protocol');
    const ended = Math.floor(scope.clock.now().getTime() / 1000) - 60;
    const secret = { client_secret: 'a-secret-of-many-characters', client_secret_expires_at: ended };
    const oidc = await register({ code: 'ended', oidc: { client_id: 'ended', redirect_uris: ['https://a.example/cb'], ...secret } });
    expect(stepOf(await oidc(), 'protocol').reason).to.equal('secret-ended');
    const programs = await register({
      code: 'programs',
      oidc: { client_id: 'programs', client_secret: secret.client_secret, grant_types: ['client_credentials'] },
    });
    expect(stepOf(await programs(), 'protocol').reason).to.equal('no-sign-in-grant');
    const acs = [{ url: 'https://partner.example/acs' }];
    const saml = await register({
      code: 'partner',
      saml: { entityId: 'https://partner.example', assertionConsumerServices: acs, attributes: [{ name: 'mail', from: 'email' }] },
    });
    const told = await saml();
    expect(told.release).to.deep.include({ protocol: 'saml', attributes: [{ name: 'mail', values: ['ana@acme.example'] }] });
    expect(stepOf(told, 'protocol').outcome).to.equal('passed');
    await scope
      .db('saml_certificates')
      .where({ context_id: scope.contextId })
      .update({ not_after: new Date(scope.clock.now().getTime() - 1000) });
    expect(stepOf(await saml(), 'protocol')).to.include({ reason: 'signing-certificate-ended', outcome: 'unknown' });
    await scope.db('saml_certificates').where({ context_id: scope.contextId }).update({ status: 'retired' });
    expect(stepOf(await saml(), 'protocol')).to.include({ reason: 'no-signing-certificate', outcome: 'refuses' });
  });

  it('a persistent name that is made at the first sign-in is not made by looking', async () => {
    const acs = [{ url: 'https://later.example/acs' }];
    await registerApplication(store.scope, {
      code: 'later',
      name: 'Later',
      saml: { entityId: 'https://later.example', assertionConsumerServices: acs, nameIdFormat: 'persistent' },
    } as never);
    const { applicationId } = (await findApplicationByCode(store.scope, 'later'))!;
    const facts = await gather('ana@acme.example', { applicationId });
    expect(facts.release).to.deep.equal({ protocol: 'saml', attributes: [] });
    expect(stepOf(facts, 'release').outcome).to.equal('passed');
  });

  it('viewExplanation records who looked, and nothing of nobody', async () => {
    const look = (person: string) => viewExplanation(store.scope, tools(), question(person));
    expect(await store.eventsOf(() => look('jsilva'))).to.deep.equal(['explanation.viewed']);
    expect(await store.eventsOf(() => look('nobody'))).to.deep.equal([]);
  });

  it('the last sign-ins of a person and at an application, the newest first, each with what it was', async () => {
    const { userId } = await store.person();
    const subject = { kind: 'user', id: userId, name: 'Somebody' } as const;
    const { applicationId } = payroll;
    for (let n = 0; n < 25; n++) await recordAlone(store.scope, { type: 'sign-in.succeeded', subject });
    await recordAlone(store.scope, { type: 'user.viewed', subject });
    await recordAlone(store.scope, {
      type: 'access.refused',
      outcome: 'failure',
      reason: 'not-assigned',
      supportCode: 'ABCD-2345',
      subject,
      applicationId,
    });
    const own = await listSignIns(store.scope, { userId });
    expect(own).to.have.length(20);
    expect(own[0]).to.deep.include({
      outcome: 'failure',
      reason: 'not-assigned',
      supportCode: 'ABCD-2345',
      application: { applicationId, name: 'Payroll' },
    });
    const [there] = await listSignIns(store.scope, { applicationId });
    expect(there!.person).to.deep.equal({ userId, name: 'Somebody' });
    expect(await listSignIns(store.other, { userId })).to.deep.equal([]);
  });
});
