import { expect } from 'chai';
import { deleteApplication, findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { createGroup } from '../../../../src/domain/people/groups/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import {
  changePolicy,
  confirmPolicy,
  endPolicyTrials,
  endTrial,
  forgetGroupRules,
  revertPolicy,
} from '../../../../src/domain/sign-in/authentication/index.ts';
import { endSessionsOfUser } from '../../../../src/domain/sign-in/sessions/index.ts';
import { defaultRules, loadPolicy, type PolicyRules, rulesInForce } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { newId } from '../../../../src/platform/crypto/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/sign-in/authentication: changing the policy', () => {
  const store = useStore();
  const { base } = defaultRules;
  /** As a form or file gives it: the company's rules with these changes. */
  const rules = (changes: object = {}, overrides: object[] = []) => ({ base: { ...base, ...changes }, overrides });
  const version = async (scope = store.scope) => (await loadPolicy(scope)).version;
  const change = async (input: object, more: Parameters<typeof changePolicy>[3] = undefined) =>
    changePolicy(store.scope, input, await version(), more);
  const inForce = async (): Promise<PolicyRules> => rulesInForce(await loadPolicy(store.scope), store.scope.clock.now());
  const forGroup = (groupId: string, demand = 'required') => ({
    overrideId: newId(),
    for: { kind: 'group', groupId },
    secondFactor: { demand },
  });
  const networks = { networks: ['127.0.0.0/8'] };
  const longer = { session: { ...base.session, idleMinutes: 60 } };

  beforeEach(async () => {
    await store.scope.db('sign_in_policies').where('context_id', store.scope.contextId).delete();
    for (const { user_id } of await store.scope.db('users').where('context_id', store.scope.contextId).select('user_id'))
      await endSessionsOfUser(store.scope, user_id, 'signed-out');
  });

  it('what keeps nobody out stands at once, with before and after in the audit, and only here', async () => {
    const types = await store.eventsOf(async () => {
      expect(await change(rules(longer))).to.deep.equal({ outcome: 'changed' });
    });
    expect(types).to.deep.equal(['sign-in-policy.changed']);
    expect(await inForce()).to.deep.equal(rules(longer));
    const { details } = (await eventsOf(store.scope, { type: 'sign-in-policy.changed' })).at(-1)!;
    expect(details).to.deep.equal({ before: defaultRules, after: rules(longer) });
    expect(await version(store.other)).to.equal(0);
  });

  it('what may keep people out stands on trial for five minutes, and goes by itself', async () => {
    await change(rules(longer));
    const changed = await change(rules({ ...longer, ...networks }));
    expect(changed.outcome).to.equal('on-trial');
    expect(await inForce()).to.deep.equal(rules({ ...longer, ...networks }));
    store.wait(4);
    await store.unchanged(() => endTrial(store.scope));
    expect((await inForce()).base.networks).to.deep.equal(networks.networks);
    store.wait(1);
    expect((await inForce()).base.networks, 'at once, whether or not anybody tidied up').to.deep.equal([]);
    const types = await store.eventsOf(async () => {
      const server = { db: store.scope.db, clock: store.scope.clock, log: {} as never, scopeOf: () => store.scope };
      await endPolicyTrials.run(server);
      await endPolicyTrials.run(server);
    });
    expect(types, 'once').to.deep.equal(['sign-in-policy.reverted']);
    expect(await loadPolicy(store.scope)).to.deep.equal({ rules: rules(longer), trial: undefined, version: 3 });
    await store.unchanged(() => endTrial(store.scope));
  });

  it('a trial is confirmed while it lasts, or taken back by hand, once', async () => {
    await change(rules(networks));
    expect(await store.eventsOf(async () => confirmPolicy(store.scope, await version()))).to.deep.equal(['sign-in-policy.confirmed']);
    store.wait(6);
    expect((await inForce()).base.networks).to.deep.equal(networks.networks);
    await change(rules());
    expect(await store.eventsOf(async () => revertPolicy(store.scope, await version()))).to.deep.equal(['sign-in-policy.reverted']);
    expect((await inForce()).base.networks).to.deep.equal(networks.networks);
    const now = await version();
    for (const work of [() => confirmPolicy(store.scope, now), () => revertPolicy(store.scope, now)])
      await store.refused('changed_meanwhile', work);
    await change(rules());
    const later = await version();
    for (const work of [() => confirmPolicy(store.scope, later - 1), () => revertPolicy(store.scope, later - 1)])
      await store.refused('changed_meanwhile', work);
    store.wait(5);
    await store.refused('changed_meanwhile', () => confirmPolicy(store.scope, later));
  });

  it('a change during a trial is measured against the rules before it: two small steps are one large one', async () => {
    await change(rules(networks));
    store.wait(4);
    expect(await change(rules({ ...networks, ...longer }))).to.have.property('outcome', 'on-trial');
    store.wait(5);
    expect(await inForce(), 'all of it goes').to.deep.equal(defaultRules);
    await change(rules(networks));
    expect(await change(rules(longer)), 'back to where one can get in').to.deep.equal({ outcome: 'changed' });
  });

  const risky: [what: string, changes: object][] = [
    ['fewer ways to say who one is', { identifiers: { email: true, username: false } }],
    ['networks', networks],
    ['hours', { hours: { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '23:59', timeZone: 'UTC' } }],
    ['a second factor for everybody', { secondFactor: { ...base.secondFactor, demand: 'required' } }],
    ['other second factors', { secondFactor: { ...base.secondFactor, factors: ['totp'] } }],
  ];
  for (const [what, changes] of risky)
    it(`${what} stand on trial`, async () => {
      expect(await change(rules(changes))).to.have.property('outcome', 'on-trial');
    });

  it('rules that would keep out every administrator who is signed in are refused; it is enough that one gets in', async () => {
    const { userId } = (await findUserByLogin(store.scope, 'ana@acme.example'))!;
    await store.session(userId); // from 127.0.0.1
    const keepOut: object[] = [
      { networks: ['192.0.2.0/24'] },
      { identifiers: { email: false, username: true } },
      { hours: { days: [1 + ((store.scope.clock.now().getUTCDay() + 2) % 7)], from: '00:00', to: '23:59', timeZone: 'UTC' } },
    ];
    for (const changes of keepOut) await store.refused('policy_locks_out', () => change(rules(changes)));
    const required = rules({ secondFactor: { ...base.secondFactor, demand: 'required', factors: ['passkey'] } });
    await store.refused('policy_locks_out', () => change(required, ['totp']));
    const ofRole = { overrideId: newId(), for: { kind: 'role', role: 'administrator' }, networks: ['192.0.2.0/24'] };
    await store.refused('policy_locks_out', () => change(rules({}, [ofRole])));
    expect(await change(required, ['passkey'])).to.have.property('outcome', 'on-trial');
    const second = await store.person({ role: 'administrator' });
    await store.session(second.userId);
    await store.scope.db('sessions').where('user_id', second.userId).update({ ip: '192.0.2.7' });
    expect(await change(rules({ networks: ['192.0.2.0/24'] }))).to.have.property('outcome', 'on-trial');
  });

  it('an operator changes what they like: nobody is signed in, and the command line is theirs', async () => {
    expect(await change(rules({ networks: ['192.0.2.0/24'] }))).to.have.property('outcome', 'on-trial');
  });

  it('what does not fit is named by its path, and unknown groups and applications are refused', async () => {
    const foreign = (await createGroup(store.other, { name: 'Foreign' })).groupId;
    const theirs = (await findApplicationByCode(store.other, 'payroll'))!.applicationId;
    const of = (target: object) => rules({}, [{ overrideId: newId(), for: target }]);
    const cases: Refusals = [
      ['not_found', () => change(rules({}, [forGroup(unknownId)]))],
      ['not_found', () => change(rules({}, [forGroup(foreign)]))],
      ['not_found', () => change(of({ kind: 'application', applicationId: theirs }))],
      ['changed_meanwhile', async () => changePolicy(store.scope, rules(longer), (await version()) + 1)],
      ['invalid_input', () => change({})],
    ];
    for (const [code, work] of cases) await store.refused(code, work);
    const wrong = rules({ lockout: { ...base.lockout, limit: 2 }, networks: ['127.0.0.0/33'], font: 'Comic Sans' });
    expect(await store.refused('invalid_input', () => change(wrong))).to.include.keys('base.lockout.limit', 'base.networks.0');
  });

  it('what was said of an application that is gone since may stay, also during the trial in which it was said', async () => {
    for (const code of ['mobile', 'payroll']) {
      const { applicationId } = (await findApplicationByCode(store.scope, code))!;
      const said = { overrideId: newId(), for: { kind: 'application', applicationId }, session: { idleMinutes: 5 } };
      await change(rules({}, [said]));
      if (code === 'mobile') await confirmPolicy(store.scope, await version());
      await deleteApplication(store.scope, applicationId);
      await change(rules(longer, [said]));
      expect((await inForce()).overrides, code).to.have.length(1);
    }
  });

  it('with a group goes what was said of it, at once, and a trial goes on beside it', async () => {
    const [gone, kept] = [
      (await createGroup(store.scope, { name: 'Gone' })).groupId,
      (await createGroup(store.scope, { name: 'Kept' })).groupId,
    ];
    await store.unchanged(() => forgetGroupRules(store.scope, gone));
    await change(rules({}, [forGroup(gone), forGroup(kept)]));
    await confirmPolicy(store.scope, await version());
    await change(rules(networks, [forGroup(gone), forGroup(kept)]));
    const { trial } = await loadPolicy(store.scope);
    expect(await store.eventsOf(() => forgetGroupRules(store.scope, gone))).to.deep.equal(['sign-in-policy.changed']);
    const after = await loadPolicy(store.scope);
    expect(after.trial!.revertsAt).to.deep.equal(trial!.revertsAt);
    expect(JSON.stringify(after)).to.contain(kept).and.not.contain(gone);
    store.wait(5);
    expect((await inForce()).overrides.map((one) => one.for)).to.deep.equal([{ kind: 'group', groupId: kept }]);
    await store.unchanged(() => forgetGroupRules(store.scope, gone));
  });

  it('of two who change the same version one is told to look again', async () => {
    for (const from of [0, 1]) {
      const results = await Promise.allSettled(
        [30, 40].map((n) => changePolicy(store.scope, rules({ session: { ...base.session, idleMinutes: n } }), from)),
      );
      const refused = results.filter((result) => result.status === 'rejected');
      expect(
        refused.map(({ reason }) => reason.code),
        `version ${from}`,
      ).to.deep.equal(['changed_meanwhile']);
    }
  });

  it('the rules and their event stand or fall together', async () => {
    const { groupId } = await createGroup(store.scope, { name: 'Together' });
    const at = (scope: Scope, input: object) => loadPolicy(scope).then((now) => changePolicy(scope, input, now.version));
    await store.inOneTransaction((scope) => at(scope, rules(longer)));
    await change(rules(networks, [forGroup(groupId)]));
    const now = await version();
    await store.inOneTransaction((scope) => confirmPolicy(scope, now));
    await store.inOneTransaction((scope) => revertPolicy(scope, now));
    await store.inOneTransaction((scope) => forgetGroupRules(scope, groupId));
    store.wait(6);
    await store.inOneTransaction((scope) => endTrial(scope));
  });
});
