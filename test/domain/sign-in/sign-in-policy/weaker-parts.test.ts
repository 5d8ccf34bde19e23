import { expect } from 'chai';
import {
  defaultPolicy,
  defaultRules,
  explainPolicy,
  type PolicyRules,
  rulesSchema,
  weakerParts,
} from '../../../../src/domain/sign-in/sign-in-policy/index.ts';

const rules = (base: Record<string, unknown>, overrides: unknown[] = []): PolicyRules =>
  rulesSchema.parse({ base: { ...defaultPolicy, ...base }, overrides });
const hours = { days: [1], from: '08:00', to: '18:00', timeZone: 'UTC' };
const { password, session, lockout, secondFactor } = defaultPolicy;

/** A stricter value of each part. Which names and factors are taken is no matter of more or less. */
const stricter: Record<string, Record<string, unknown> | undefined> = {
  'identifiers.email': undefined,
  'identifiers.username': undefined,
  'secondFactor.factors': undefined,
  'lockout.limit': { lockout: { ...lockout, limit: 3 } },
  'lockout.decayMinutes': { lockout: { ...lockout, decayMinutes: 60 } },
  'lockout.unblockAfterMinutes': { lockout: { ...lockout, unblockAfterMinutes: 0 } },
  'lockout.mail': { lockout: { ...lockout, mail: true } },
  'password.minLength': { password: { ...password, minLength: 20 } },
  'password.classes': { password: { ...password, classes: ['digit'] } },
  'password.history': { password: { ...password, history: 24 } },
  'password.expiryDays': { password: { ...password, expiryDays: 90 } },
  'password.refuseBreached': { password: { ...password, refuseBreached: true } },
  'session.idleMinutes': { session: { ...session, idleMinutes: 5 } },
  'session.lifetimeHours': { session: { ...session, lifetimeHours: 1 } },
  'session.keepDays': { session: { ...session, keepDays: 0 } },
  'secondFactor.demand': { secondFactor: { ...secondFactor, demand: 'required' } },
  'secondFactor.rememberDays': { secondFactor: { ...secondFactor, rememberDays: 0 } },
  networks: { networks: ['10.0.0.0/8'] },
  hours: { hours },
};
/** Of parts whose default is the strictest there is. */
const lax = rules({
  lockout: { ...lockout, unblockAfterMinutes: 5, mail: false },
  password: { ...password, refuseBreached: false },
  session: { ...session, keepDays: 30 },
  secondFactor: { ...secondFactor, rememberDays: 30 },
});
const alreadyStrict = [
  'lockout.unblockAfterMinutes',
  'lockout.mail',
  'password.refuseBreached',
  'session.keepDays',
  'secondFactor.rememberDays',
];

describe('domain/sign-in-policy: weaker parts of a policy', () => {
  it('every part of the policy is compared here, in both directions', () => {
    const parts = explainPolicy(defaultRules, { role: 'regular', groupIds: [] }).map(({ part }) => part);
    expect(Object.keys(stricter)).to.have.members(parts);
    for (const [part, change] of Object.entries(stricter)) {
      if (!change) continue;
      const weak = alreadyStrict.includes(part) ? lax : defaultRules;
      const strict = rules({ ...weak.base, ...change });
      expect(
        weakerParts(weak, strict).map((one) => one.part),
        part,
      ).to.include(part);
      expect(
        weakerParts(strict, weak).map((one) => one.part),
        `${part}, the other way round`,
      ).to.not.include(part);
      expect(weakerParts(strict, strict), part).to.deep.equal([]);
    }
  });

  it('never and soon are told apart, and what a role is stricter about counts', () => {
    const expiring = (expiryDays: number) => rules({ password: { ...password, expiryDays } });
    expect(weakerParts(expiring(0), expiring(30))).to.deep.equal([{ part: 'password.expiryDays', own: '0', other: '30' }]);
    expect(weakerParts(expiring(30), expiring(0))).to.deep.equal([]);
    const ending = (unblockAfterMinutes: number) => rules({ lockout: { ...lockout, unblockAfterMinutes } });
    expect(weakerParts(ending(5), ending(60)).map(({ part }) => part)).to.deep.equal(['lockout.unblockAfterMinutes']);
    const override = {
      overrideId: '01a206a1-218b-717a-90d6-7184e7351020',
      for: { kind: 'role', role: 'administrator' },
      secondFactor: { demand: 'required' },
    };
    expect(weakerParts(defaultRules, rules({}, [override])).map(({ part }) => part)).to.deep.equal(['secondFactor.demand']);
    expect(weakerParts(rules({}, [override]), defaultRules)).to.deep.equal([]);
  });
});
