import { expect } from 'chai';
import { explain, gatherExplainFacts, type Question } from '../../../../src/domain/administration/explanations/index.ts';
import { createAccessFinder, decide } from '../../../../src/domain/applications/access/index.ts';
import { setApplicationEnabled } from '../../../../src/domain/applications/applications/index.ts';
import { publishTerms } from '../../../../src/domain/applications/consents/index.ts';
import { findUserById } from '../../../../src/domain/people/users/index.ts';
import { createRandom } from '../../../support/random.ts';
import { useStore } from '../../../support/use-cases.ts';
import { signInForReal } from './real-sign-in.ts';
import { applicationsOf, drawSituation, origin, prepare, rulesOf, type Situation } from './situations.ts';

const asksOf = ['second-factor', 'enrol', 'new-password', 'terms'];

/** What the audit calls it where the explanation has a word of its own. */
const sameReason: Record<string, string[]> = {
  'wrong-password': ['no-password', 'invited'],
  deactivated: ['deactivated', 'planned-deactivation'],
};

describe('domain/administration/explanations: explained as it happens', () => {
  const store = useStore();
  before(async () => {
    await publishTerms(store.scope, { en: { title: 'Terms', body: 'Be kind.' } }, 0);
  });

  async function compare(situation: Situation): Promise<string> {
    const { scope, database } = store;
    const applications = await applicationsOf(scope);
    const applicationId = applications[situation.reach];
    await setApplicationEnabled(scope, applicationId, !situation.isDisabled);
    const { user, secret } = await prepare(store, situation, applicationId);
    const rules = rulesOf(situation, { applicationId, groupId: applications.groupId, now: scope.clock.now() });
    const findAccess = createAccessFinder(database);
    const at = scope.clock.now();
    const question: Question = { person: user.userId, applicationId, ip: situation.ip, isKnownBrowser: situation.isKnownBrowser, at };
    const tools = { findAccess, company: { name: 'Acme' }, origin, entityId: 'https://idp.example/acme', rules };
    const facts = await store.unchanged(() => gatherExplainFacts(scope, tools, question));
    const explained = explain(JSON.parse(JSON.stringify(facts)));

    const real = await signInForReal({ ...scope, actor: { ...scope.actor, ip: situation.ip } }, rules, {
      user,
      secret,
      applicationId,
      situation,
    });
    const may = real.isIn && decide(await findAccess(scope.contextId, user.userId, applicationId)).allowed;
    const told = JSON.stringify(
      { situation, real, steps: explained.steps.map(({ step, outcome, reason }) => [step, outcome, reason]) },
      null,
      1,
    );
    expect(explained.allowed, told).to.equal(may);
    const asks = explained.steps.filter(({ step, outcome }) => outcome === 'asks' && asksOf.includes(step)).map(({ step }) => step);
    if (real.isIn) expect(asks, told).to.deep.equal(real.asked);
    const reasons = explained.steps.flatMap(({ reason, outcome }) => (outcome === 'refuses' && reason ? [reason as string] : []));
    if (real.why) expect(reasons, told).to.include.oneOf([real.why, ...(sameReason[real.why] ?? [])]);
    expect(await findUserById(scope, user.userId)).not.to.equal(undefined);
    return may ? 'in' : real.isIn ? 'not-assigned' : (real.why ?? '?');
  }

  it('of many situations, what is explained is what happens: in or out, why, and what is asked for', async function () {
    this.timeout(120_000);
    const random = createRandom(16);
    const seen = new Map<string, number>();
    for (let n = 0; n < 120; n++) {
      const end = await compare(drawSituation(random));
      seen.set(end, (seen.get(end) ?? 0) + 1);
      store.wait(20);
    }
    // the draw reaches every end
    expect([...seen.keys()], JSON.stringify([...seen])).to.include.members([
      'in',
      'not-assigned',
      'attempts-used-up',
      'blocked',
      'deactivated',
      'wrong-password',
      'kept-out-network',
      'kept-out-hours',
      'kept-out-no-factor',
    ]);
  });
});
