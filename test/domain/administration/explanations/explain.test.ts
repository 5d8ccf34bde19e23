import { expect } from 'chai';
import {
  explainReasons,
  explanationSteps,
  firstRefusal,
  mendPages,
  methodsOf,
  stepOfRule,
} from '../../../../src/domain/administration/explanations/index.ts';
import { factorKinds, factorsIn } from '../../../../src/domain/sign-in/credentials/factors/index.ts';
import { type Change, directory, explained, fine, minute, none, now, person, policy, refusals } from './facts.ts';

describe('domain/administration/explanations: explain', () => {
  it('somebody whom nothing keeps out is asked for the password, and gets in', () => {
    const { allowed, steps } = explained({});
    expect(allowed, JSON.stringify(steps)).to.equal(true);
    expect(steps.filter(({ outcome }) => outcome !== 'passed').map(({ step, outcome }) => `${step} ${outcome}`)).to.deep.equal([
      'password asks',
    ]);
  });

  for (const reason of explainReasons)
    it(`${reason}: names the step, refuses or warns, and leads to what mends it`, () => {
      const [change, mend] = refusals[reason];
      const { allowed, steps } = explained(change);
      const found = steps.find((one) => one.reason === reason);
      expect(found, JSON.stringify(steps, null, 1)).not.to.equal(undefined);
      expect(allowed).to.equal(found!.outcome !== 'refuses');
      expect(found!.mend?.page).to.equal(mend);
      if (!allowed) expect(firstRefusal({ allowed, steps, rules: [] })!.reason).to.equal(reason);
    });

  it('the steps are in one order, each once', () => {
    const all = [{}, ...Object.values(refusals).map(([change]) => change)];
    for (const change of all) {
      const places = explained(change).steps.map(({ step }) => explanationSteps.indexOf(step));
      expect(places).to.deep.equal([...new Set(places)].sort((a, b) => a - b));
    }
  });

  it('every page that mends something is one that some reason leads to, or an override', () => {
    const used = new Set<string | undefined>(Object.values(refusals).map(([, mend]) => mend));
    expect(mendPages.filter((page) => !used.has(page))).to.deep.equal(['user-second-factors', 'policy-override']);
  });

  it('what an override keeps out by is mended there; factors that are held and cannot be used are taken away', () => {
    const from = { kind: 'group', id: 'g', name: 'Finance', overrideId: 'o' } as const;
    const network = explained({ ...policy({ keepsOut: 'network' }), policy: [{ part: 'networks', value: [['192.0.2.0/24']], from }] });
    expect(firstRefusal(network)!.mend).to.deep.equal({ page: 'policy-override', params: { override: 'o' } });
    expect(network.rules[0]).to.deep.equal({ rule: 'networks', value: [['192.0.2.0/24']], from });
    const held = { ...fine.proof!, held: ['passkey' as const] };
    const away = policy({ demand: 'required' }, { enrolled: { factors: [], holdsAny: true, hasRecoveryCodes: false } });
    expect(firstRefusal(explained({ ...away, proof: held }))!.mend!.page).to.equal('user-second-factors');
  });

  it('each rule of access is told by its step', () => {
    const access = fine.access!;
    const broken: Record<keyof typeof stepOfRule, Change> = {
      'person-unknown': { person: undefined, access: { ...access, person: undefined } },
      'person-not-active': person({ status: 'deactivated' }),
      'application-unknown': { application: undefined, access: { ...access, application: undefined } },
      'application-disabled': { access: { ...access, application: { enabled: false, navigable: true } } },
      'not-assigned': { access: { ...access, assignment: none } },
    };
    for (const [rule, step] of Object.entries(stepOfRule)) {
      const { steps, rules } = explained(broken[rule as keyof typeof broken]);
      expect(rules, rule).to.deep.include({ rule, holds: false });
      expect(steps.find((one) => one.step === step)!.outcome, rule).to.equal('refuses');
    }
  });

  it('what is thought to be proven by each kind is what that kind proves', () => {
    for (const kind of factorKinds) {
      expect(factorsIn(methodsOf[kind])).to.deep.equal([kind]);
      expect(methodsOf[kind]).to.include('mfa');
    }
  });

  const demands = ['off', 'optional', 'required'] as const;
  const statuses = ['activated', 'invited', 'deactivated', 'blocked'] as const;
  const assignments = [none, { ...none, direct: true }, { ...none, byGroup: true }, { ...none, byEveryone: true }];
  it('every status × policy × assignment: in exactly if active and assigned; a factor is asked of whoever has one or must', () => {
    for (const status of statuses)
      for (const demand of demands)
        for (const holds of [false, true])
          for (const assignment of assignments)
            for (const isKnownBrowser of [false, true]) {
              const factors = holds ? (['totp'] as const).slice() : [];
              const enrolled = { factors, holdsAny: holds, hasRecoveryCodes: holds };
              const { allowed, steps } = explained({
                ...person({ status }),
                isKnownBrowser,
                attempts: { ...fine.attempts!, browsers: [{ used: 0, userAgent: 'x', lastSeenAt: now }] },
                ...policy({ demand }, { enrolled }),
                access: { person: { status }, application: { enabled: true, navigable: false }, assignment },
              });
              const isAlive = status === 'activated' || (status === 'blocked' && isKnownBrowser);
              const what = JSON.stringify({ status, demand, holds, assignment, isKnownBrowser });
              expect(allowed, what).to.equal(isAlive && assignment !== none);
              const asks = steps.filter(({ outcome }) => outcome === 'asks').map(({ step }) => step);
              const extra = demand === 'off' ? [] : holds ? ['second-factor'] : demand === 'required' ? ['enrol'] : [];
              expect(asks, what).to.deep.equal(['password', ...extra]);
            }
  });

  it('counts of attempts decay; known browsers have their own; a block ends by time where the rules say so', () => {
    const used = (lastAt: number) => ({ ...fine.attempts!, strangers: { used: 5, lastAt } });
    expect(explained({ attempts: used(now - 16 * minute) }).allowed).to.equal(true);
    const browsers = [{ used: 0, userAgent: 'x', lastSeenAt: now }];
    expect(explained({ attempts: { ...used(now), browsers }, isKnownBrowser: true }).allowed).to.equal(true);
    const blocked = person({ status: 'blocked', statusChangedAt: now - 31 * minute });
    for (const [minutes, isIn] of [
      [0, false],
      [30, true],
      [32, false],
    ] as const)
      expect(explained({ ...blocked, attempts: { ...fine.attempts!, unblockAfterMinutes: minutes } }).allowed, `${minutes}`).to.equal(isIn);
  });

  it('a directory that is away keeps nobody out who has another way in', () => {
    const away = directory({ state: 'unavailable' });
    expect(explained({ proof: { ...away.proof!, personal: { changedAt: 1, mustChange: false, counts: true } } }).allowed).to.equal(true);
    expect(explained({ proof: { ...away.proof!, alone: ['passkey'], held: ['passkey'] } }).allowed).to.equal(true);
    expect(explained(directory({ state: 'unavailable', isVerifierHeld: true })).allowed).to.equal(true);
    expect(explained(directory({ isAskLeft: false }, true)).allowed, 'known browsers have their own count').to.equal(true);
  });

  it('a name that the company does not take keeps nobody out whose passkey names them', () => {
    const more = person({ isLoginTaken: false });
    const proof = { ...fine.proof!, alone: ['passkey' as const], held: ['passkey' as const] };
    const { allowed, steps } = explained({ ...more, proof });
    expect(allowed).to.equal(true);
    expect(steps.find(({ step }) => step === 'password')!.facts.ways).to.deep.equal(['passkey']);
  });

  it('all that would be asked for is listed, also of who is kept out', () => {
    const all = policy(
      { demand: 'required', keepsOut: 'network' },
      {
        password: { changedAt: 1, mustChange: 'temporary' },
        terms: { edition: 2, accepted: 1 },
      },
    );
    const { steps } = explained({ ...all, consent: { given: [] } });
    expect(steps.filter(({ outcome }) => outcome === 'asks').map(({ step }) => step)).to.deep.equal([
      'password',
      'enrol',
      'new-password',
      'terms',
      'consent',
    ]);
    expect(steps.find(({ step }) => step === 'network')!.outcome).to.equal('refuses');
  });
});
