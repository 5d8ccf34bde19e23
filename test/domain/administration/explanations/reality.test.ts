import { expect } from 'chai';
import { explain, gatherExplainFacts, type Question } from '../../../../src/domain/administration/explanations/index.ts';
import { createAccessFinder, decide } from '../../../../src/domain/applications/access/index.ts';
import { setApplicationEnabled } from '../../../../src/domain/applications/applications/index.ts';
import { publishTerms } from '../../../../src/domain/applications/consents/index.ts';
import { changeSettings, loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { directoryRules } from '../../../../src/domain/people/directories/index.ts';
import { noteBrowser, reserveAsk, settleAsk } from '../../../../src/domain/records/attempts/index.ts';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import { provePassword } from '../../../../src/domain/sign-in/authentication/index.ts';
import { keepVerifier } from '../../../../src/domain/sign-in/credentials/directory-password/index.ts';
import { defaultRules } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { newId, readPassword } from '../../../../src/platform/crypto/index.ts';
import { directoryOf, fakeNetwork, networkPassword, unavailable } from '../../../support/network.ts';
import { createRandom } from '../../../support/random.ts';
import { useStore } from '../../../support/use-cases.ts';
import { signInForReal } from './real-sign-in.ts';
import { applicationsOf, browser, drawSituation, origin, prepare, putInForce, rulesOf, type Situation, strange } from './situations.ts';

/** One that speaks for the directory. */
const addAgent = async ({ db, contextId, clock }: Scope, directoryId: string): Promise<unknown> =>
  db('directory_agents').insert({
    context_id: contextId,
    directory_id: directoryId as never,
    agent_id: newId() as never,
    name: 'agent',
    software: '1',
    signing_key: '{}',
    encryption_key: '{}',
    enrolled_at: clock.now(),
    last_seen_at: clock.now(),
  });

const asksOf = ['second-factor', 'enrol', 'new-password', 'terms'];

/** What the audit calls it where the explanation has a word of its own. */
const sameReason: Record<string, string[]> = {
  'unknown-person': ['login-not-taken'],
  'wrong-password': ['no-password', 'invited'],
  deactivated: ['deactivated', 'planned-deactivation'],
};

describe('domain/administration/explanations: explained as it happens', () => {
  const store = useStore();
  before(async () => {
    await publishTerms(store.scope, { en: { title: 'Terms', body: 'Be kind.' } }, 0);
  });

  async function compare(situation: Situation, isWatched: boolean): Promise<string> {
    const { scope, database } = store;
    const applications = await applicationsOf(scope);
    const applicationId = applications[situation.reach];
    await setApplicationEnabled(scope, applicationId, !situation.isDisabled);
    const { user, secret } = await prepare(store, situation, applicationId);
    const rules = rulesOf(situation, { applicationId, groupId: applications.groupId, now: scope.clock.now() });
    const findAccess = createAccessFinder(database);
    const at = scope.clock.now();
    const question: Question = { person: user.userId, applicationId, ip: situation.ip, isKnownBrowser: situation.isKnownBrowser, at };
    const tools = { findAccess, company: { name: 'Acme' }, origin, entityId: 'https://idp.example/acme' };
    await putInForce(scope, rules);
    const gather = () => gatherExplainFacts(scope, tools, question);
    const facts = await (isWatched ? store.unchanged(gather) : gather());
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
    return may ? 'in' : real.isIn ? 'not-assigned' : (real.why ?? '?');
  }

  it('of who signs in by a directory, too: whether it answers, has said yes before, and may be asked', async function () {
    this.timeout(120_000);
    const { scope, database } = store;
    const { directoryId, person } = await directoryOf(store);
    await addAgent(scope, directoryId);
    const { navigable: applicationId } = await applicationsOf(scope);
    await setApplicationEnabled(scope, applicationId, true);
    const directory = () => scope.db('directories').where({ directory_id: directoryId });
    const ends = new Set<string>();
    for (let bits = 0; bits < 64; bits++) {
      const [personalPassword, isAway, whileAway, isVerifierKept, isKnownBrowser, areAsksUsedUp] = [0, 1, 2, 3, 4, 5].map(
        (bit) => (bits & (1 << bit)) !== 0,
      ) as [boolean, boolean, boolean, boolean, boolean, boolean];
      const network = fakeNetwork({ whileAway, personalPassword });
      await changeSettings(scope, directoryRules, network.rules, (await loadSettings(scope, directoryRules)).version);
      const now = scope.clock.now();
      await directory().update({ configured_at: now, unavailable_since: isAway ? now : null });
      network.answer = isAway ? unavailable('directory-away') : undefined;
      const user = await person();
      if (isVerifierKept) await keepVerifier(scope, user.userId, directoryId, readPassword(networkPassword));
      if (isKnownBrowser) await inTransaction(scope, (inside) => noteBrowser(inside, user.userId, browser, true));
      if (areAsksUsedUp)
        for (let n = 0; n < 3; n++) {
          await reserveAsk(scope, user.userId);
          await settleAsk(scope, user.userId);
        }
      const question = { person: user.userId, applicationId, ip: '192.0.2.7', isKnownBrowser, at: now };
      const tools = { findAccess: createAccessFinder(database), company: { name: 'Acme' }, origin, entityId: origin };
      await putInForce(scope, defaultRules);
      const { allowed, steps } = explain(await gatherExplainFacts(scope, tools, question));
      const attempt = { login: user.email!, password: networkPassword, browser: isKnownBrowser ? browser : strange };
      const { outcome } = await provePassword(scope, defaultRules, attempt, network);
      expect(allowed, JSON.stringify({ ...network.rules, isAway, isVerifierKept, isKnownBrowser, areAsksUsedUp, steps })).to.equal(
        outcome === 'proven',
      );
      ends.add(steps.find(({ step }) => step === 'directory')!.reason ?? 'fine');
    }
    expect([...ends]).to.have.members(['fine', 'directory-unavailable', 'directory-not-asked']);
  });

  it('of many situations, what is explained is what happens: in or out, why, and what is asked for', async function () {
    this.timeout(120_000);
    const random = createRandom(16);
    const seen = new Map<string, number>();
    for (let n = 0; n < 100; n++) {
      const end = await compare(drawSituation(random), n % 10 === 0);
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
      'unknown-person',
      'kept-out-network',
      'kept-out-hours',
      'kept-out-no-factor',
    ]);
  });
});
