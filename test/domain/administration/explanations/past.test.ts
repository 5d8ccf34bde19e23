import { expect } from 'chai';
import { explainPast, findByCode, tellStep, tidySupportCode } from '../../../../src/domain/administration/explanations/index.ts';
import { createAccessFinder, decide, recordRefusal } from '../../../../src/domain/applications/access/index.ts';
import { describeSetup, findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { assignApplication } from '../../../../src/domain/applications/assignments/index.ts';
import { addMembers, createGroup } from '../../../../src/domain/people/groups/index.ts';
import { changeStatus } from '../../../../src/domain/people/users/index.ts';
import { recordFailure } from '../../../../src/domain/records/page-failures/index.ts';
import { countRefusal } from '../../../../src/domain/records/refusals/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import {
  changePolicy,
  confirmPolicy,
  gatherFacts,
  provePassword,
  recordKeptOut,
} from '../../../../src/domain/sign-in/authentication/index.ts';
import { loadPolicy, type PolicyRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { newId } from '../../../../src/platform/crypto/index.ts';
import { createI18n } from '../../../../src/platform/i18n/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { useStore } from '../../../support/use-cases.ts';
import { personWithPassword, sessionOf } from '../../sign-in/authentication/people.ts';

describe('domain/administration/explanations: the past', () => {
  const store = useStore();
  const tools = () => ({
    findAccess: createAccessFinder(store.database),
    company: { name: 'Acme' },
    origin: 'https://idp.example',
    entityId: 'https://idp.example/acme',
  });
  const lastEvent = async (type: string) => (await eventsOf(store.scope, { type })).at(-1)!;
  const past = async (type: string) => (await explainPast(store.scope, tools(), (await lastEvent(type)).id))!;
  const stepOf = ({ steps }: Awaited<ReturnType<typeof past>>, name: string) => steps.find((one) => one.name === name)!;

  async function setRules(base: object, overrides: object[] = []): Promise<PolicyRules> {
    const { version } = await loadPolicy(store.scope);
    const { outcome } = await changePolicy(store.scope, { base, overrides }, version);
    if (outcome === 'on-trial') await confirmPolicy(store.scope, version + 1);
    return (await loadPolicy(store.scope)).rules;
  }

  const payroll = async () => (await findApplicationByCode(store.scope, 'payroll'))!;

  it('a person who was not assigned, and is now', async () => {
    const [user, application] = [await store.person(), await payroll()];
    const { applicationId } = application;
    const verdict = decide(await tools().findAccess(store.scope.contextId, user.userId, applicationId));
    if (verdict.allowed) return expect.fail('it was assigned');
    await recordRefusal(store.scope, { id: user.userId, name: 'Person' }, application, verdict, 'AAAA-2222');
    const before = await past('access.refused');
    expect(stepOf(before, 'access').was).to.deep.include({ outcome: 'refuses', reason: 'not-assigned' });
    expect(stepOf(before, 'access').isDifferent).to.equal(false);
    expect(before.mend).to.deep.equal({ page: 'user-applications', params: { user: user.userId, application: applicationId } });
    // the event kept neither login nor role, nor since when, nor how the application was set up
    expect(stepOf(before, 'person').was!.facts).to.deep.equal({ name: 'Person' });
    expect(stepOf(before, 'account').was!.facts).to.deep.equal({ status: 'activated' });
    expect(stepOf(before, 'protocol')).to.include({ was: undefined, isDifferent: false });
    expect(stepOf(before, 'account').now!.facts).to.have.property('since');
    const t = createI18n(new URL('../../../../views/', import.meta.url)).for('en');
    const told = ['person', 'account'].flatMap((name) => tellStep(t, stepOf(before, name).was!, []).lines);
    expect(told.map(({ key, params }) => t(`explain.facts.${key}`, params))).to.deep.equal(['Person', t('status.activated')]);

    await assignApplication(store.scope, applicationId, { kind: 'user', id: user.userId });
    const after = await past('access.refused');
    expect(stepOf(after, 'access')).to.deep.include({ isDifferent: true });
    expect(stepOf(after, 'access').was!.outcome).to.equal('refuses');
    expect(stepOf(after, 'access').now!.outcome).to.equal('passed');
    expect((await findByCode(store.scope, 'aaaa 2222')) as object).to.deep.equal({ eventId: after.event.id });
  });

  it('a network that the rule of a group did not allow: whose rule it was, though it is gone', async () => {
    const user = await store.person();
    const group = await createGroup(store.scope, { name: 'Far away', description: '' });
    await addMembers(store.scope, group.groupId, [user.userId]);
    const overrideId = newId(1_750_000_000_000);
    const rules = await setRules({}, [{ overrideId, for: { kind: 'group', groupId: group.groupId }, networks: ['192.0.2.0/24'] }]);
    const scope = { ...store.scope, actor: { ...store.scope.actor, ip: '198.51.100.7' } };
    const session = await sessionOf(store, user.userId);
    const facts = await gatherFacts(scope, rules, { session, demands: {}, browser: 'b', usableFactors: ['totp'], termsEdition: 0 });
    await recordKeptOut(scope, rules, user.userId, { why: 'network', supportCode: 'BBBB-2222', facts });
    const before = await past('sign-in.failed');
    expect(before.event.details.facts).to.be.an('object');
    expect(stepOf(before, 'network').was).to.deep.include({ outcome: 'refuses', reason: 'kept-out-network' });
    expect(before.mend).to.deep.equal({ page: 'policy-override', params: { override: overrideId } });
    await setRules({});
    const after = await past('sign-in.failed');
    expect(stepOf(after, 'network').was, 'as it was, whatever changed').to.deep.equal(stepOf(before, 'network').was);
    expect(stepOf(after, 'network').now!.outcome).to.equal('passed');
    expect(stepOf(after, 'network').isDifferent).to.equal(true);
  });

  it('is small, however long the rules are', async () => {
    const user = await store.person();
    const networks = Array.from({ length: 200 }, (_, n) => `2001:db8:${n.toString(16)}::/48`);
    const role = { kind: 'role', role: 'regular' };
    const hours = { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '23:59', timeZone: 'America/Sao_Paulo' };
    const overrides = Array.from({ length: 100 }, (_, n) => ({ overrideId: newId(1_750_000_000_000 + n), for: role, networks, hours }));
    const rules = await setRules({ networks }, overrides);
    const scope = { ...store.scope, actor: { ...store.scope.actor, ip: '198.51.100.7' } };
    const session = await sessionOf(store, user.userId);
    const facts = await gatherFacts(scope, rules, { session, demands: {}, browser: 'b', usableFactors: ['totp'], termsEdition: 0 });
    await recordKeptOut(scope, rules, user.userId, { why: 'network', supportCode: 'HHHH-2222', facts });
    const { event, was } = await past('sign-in.failed');
    expect(JSON.stringify(event.details).length).to.be.below(8000);
    expect(was!.explanation.steps.find(({ step }) => step === 'network')!.outcome).to.equal('refuses');
    await setRules({});
  });

  it('wrong passwords, by the count they stood on, until nobody can sign in', async () => {
    const user = await personWithPassword(store);
    const { rules } = await loadPolicy(store.scope);
    const { limit } = rules.base.lockout;
    for (let n = 1; n <= limit; n++) {
      await provePassword(store.scope, rules, { login: user.email!, password: 'not this one', browser: 'b' });
      const { event, was } = await past('sign-in.failed');
      expect(event.reason).to.equal('wrong-password');
      expect(was!.facts.attempts!.strangers.used).to.equal(n);
      const { outcome, facts } = was!.explanation.steps.find(({ step }) => step === 'attempts')!;
      expect(outcome).to.equal(n === limit ? 'refuses' : 'passed');
      expect(facts, 'other browsers and other counts are not known').to.not.have.any.keys('browsers', 'strangersLeft');
      expect(was!.facts.person)
        .to.include({ login: user.email, statusChangedAt: user.statusChangedAt.getTime() })
        .and.not.have.property('role');
    }
    const blocked = await past('sign-in.failed');
    expect(stepOf(blocked, 'account')).to.deep.include({ isDifferent: true });
    await inTransaction(store.scope, (inside) => changeStatus(inside, user.userId, 'unblock'));
    expect(stepOf(await past('sign-in.failed'), 'account').isDifferent).to.equal(false);
  });

  it('how an application was set up, beside how it is now', async () => {
    const application = await payroll();
    const { applicationId } = application;
    await countRefusal(store.scope, {
      type: 'authorization.failed',
      applicationId,
      reason: 'redirect-not-registered',
      supportCode: 'CCCC-2222',
      details: { application: application.name, facts: describeSetup(application) },
    });
    const before = await past('authorization.failed');
    expect(before.setup.length).to.be.greaterThan(2);
    expect(before.setup.some(({ isDifferent }) => isDifferent)).to.equal(false);
    await store.scope.db('applications').where({ application_id: applicationId }).update({ enabled: false });
    const after = await past('authorization.failed');
    expect(after.setup.filter(({ isDifferent }) => isDifferent).map(({ name }) => name)).to.deep.equal(['enabled']);
  });

  it('a code that is shown later in the hour leads to the event that nobody was shown', async () => {
    const refused = { type: 'saml-message.refused', reason: 'issuer', details: { detail: 'x' } } as const;
    expect(await countRefusal(store.scope, refused)).to.deep.equal({ supportCode: undefined });
    const { supportCode } = await countRefusal(store.scope, { ...refused, supportCode: 'DDDD-2222' });
    expect(supportCode).to.equal('DDDD-2222');
    expect(await findByCode(store.scope, supportCode!)).to.deep.equal({ eventId: (await lastEvent('saml-message.refused')).id });
    expect(await countRefusal(store.scope, { ...refused, supportCode: 'EEEE-2222' })).to.deep.equal({ supportCode });
  });

  it('codes are found as they are typed, in their own company', async () => {
    const failure = { supportCode: 'FFFF-2345', code: 'not_found', status: 404, page: '/x', facts: {} };
    await recordFailure(store.scope, failure);
    for (const typed of ['FFFF-2345', 'ffff2345', ' ffff 2345 ', 'Ffff–2345']) {
      expect(tidySupportCode(typed), typed).to.equal('FFFF-2345');
      expect(await findByCode(store.scope, typed)).to.have.nested.property('failure.code', 'not_found');
    }
    for (const wrong of ['', 'FFFF', 'FFFF-23456', '%', 'F'.repeat(1000)])
      expect(await findByCode(store.scope, wrong), wrong).to.equal(undefined);
    for (const code of ['AAAA-2222', 'BBBB-2222', 'CCCC-2222', 'FFFF-2345']) {
      expect(await findByCode(store.scope, code), code).to.not.equal(undefined);
      expect(await findByCode(store.other, code), code).to.equal(undefined);
    }
  });

  it('an event of another company, or none, is not there', async () => {
    const { id } = await lastEvent('access.refused');
    for (const event of [id, 'x', newId(1)]) expect(await explainPast(store.other, tools(), event)).to.equal(undefined);
  });
});
