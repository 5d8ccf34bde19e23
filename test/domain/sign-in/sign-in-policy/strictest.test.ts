import { expect } from 'chai';
import { isWithin } from '../../../../src/domain/sign-in/sign-in-policy/admits.ts';
import {
  admits,
  defaultRules,
  explainPolicy,
  type PolicyOverride,
  rulesInForce,
  rulesSchema,
  strictest,
} from '../../../../src/domain/sign-in/sign-in-policy/index.ts';

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const override = (n: number, target: PolicyOverride['for'], more: object): unknown => ({ overrideId: id(n), for: target, ...more });
const rules = (base: object, ...overrides: unknown[]) => rulesSchema.parse({ base, overrides });
const finance = { kind: 'group', groupId: id(7) } as const;
const payroll = { kind: 'application', applicationId: id(8) } as const;
const administrators = { kind: 'role', role: 'administrator' } as const;
const ana = { role: 'administrator' as const, groupIds: [id(7)], applicationId: id(8) };

describe('domain/sign-in-policy: the strictest of all that apply', () => {
  it('takes each part from the strictest, and names where it comes from', () => {
    const all = rules(
      { secondFactor: { demand: 'optional', rememberDays: 30 }, password: { minLength: 10 }, session: { keepDays: 7 } },
      override(1, finance, { password: { minLength: 16, classes: ['digit'] }, secondFactor: { rememberDays: 3 } }),
      override(2, payroll, { secondFactor: { demand: 'required', factors: ['passkey'] }, session: { idleMinutes: 15 } }),
      override(3, administrators, { password: { minLength: 14, expiryDays: 90 } }),
    );
    const found = strictest(all, ana);
    expect(found.password).to.deep.include({ minLength: 16, classes: ['digit'], expiryDays: 90 });
    expect(found.secondFactor).to.deep.equal({ demand: 'required', factors: ['passkey'], rememberDays: 3 });
    expect(found.session).to.deep.include({ idleMinutes: 15, keepDays: 0 });
    const explained = new Map(explainPolicy(all, ana).map((one) => [one.part, one]));
    expect(explained.get('password.minLength')).to.have.nested.property('from.overrideId', id(1));
    expect(explained.get('password.minLength')).to.have.property('value', 16);
    expect(explained.get('secondFactor.demand')).to.have.nested.property('from.overrideId', id(2));
    expect(explained.get('lockout.limit')).to.not.have.property('from');
    const regular = strictest(all, { role: 'regular', groupIds: [] });
    expect(regular.password.minLength).to.equal(10);
    expect(regular.session.keepDays).to.equal(7);
  });

  it('an override takes away and never gives', () => {
    const lax = rules(
      { secondFactor: { demand: 'required', factors: ['totp'] }, password: { minLength: 20, expiryDays: 30 }, networks: ['10.0.0.0/8'] },
      override(1, finance, {
        password: { minLength: 8, expiryDays: 0, refuseBreached: false },
        secondFactor: { demand: 'off', factors: ['totp', 'passkey'] },
        session: { idleMinutes: 40_000 },
        networks: ['0.0.0.0/0'],
      }),
    );
    const found = strictest(lax, ana);
    expect(found.password).to.deep.include({ minLength: 20, expiryDays: 30, refuseBreached: true });
    expect(found.secondFactor).to.deep.include({ demand: 'required', factors: ['totp'] });
    expect(found.session.idleMinutes).to.equal(120);
    expect(admits(found, { ip: '192.0.2.1', now: new Date() })).to.equal('network');
  });

  it('all networks that apply have to admit the address, by IPv4, IPv6 and mapped', () => {
    const both = strictest(
      rules({ networks: ['10.0.0.0/8', '2001:db8::/32'] }, override(1, finance, { networks: ['10.1.0.0/16', '2001:db8:1::/48'] })),
      ana,
    );
    for (const [ip, expected] of Object.entries({
      '10.1.2.3': undefined,
      '::ffff:10.1.2.3': undefined,
      '10.2.0.1': 'network',
      '2001:db8:1::5': undefined,
      '2001:db8:2::5': 'network',
      '': 'network',
      'not an address': 'network',
    }))
      expect(admits(both, { ip, now: new Date() }), ip).to.equal(expected);
    expect(admits(strictest(defaultRules, ana), { ip: '', now: new Date() }), 'no networks, no question').to.equal(undefined);
  });

  it('hours are those of the time zone, over the change of daylight saving', () => {
    const office = { days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00', timeZone: 'America/New_York' };
    for (const [instant, expected] of Object.entries({
      '2026-03-06T13:00:00Z': true, // Friday before the change: 08:00 EST
      '2026-03-06T12:59:00Z': false,
      '2026-03-09T12:00:00Z': true, // Monday after it: 08:00 EDT
      '2026-03-09T11:59:59Z': false,
      '2026-03-09T21:59:59Z': true,
      '2026-03-09T22:00:00Z': false,
      '2026-03-07T15:00:00Z': false, // Saturday
    }))
      expect(isWithin(office, new Date(instant)), instant).to.equal(expected);
  });

  it('rules that make no sense are refused by their path', () => {
    for (const [base, path] of [
      [{ lockout: { limit: 2 } }, 'lockout.limit'],
      [{ password: { minLength: 7 } }, 'password.minLength'],
      [{ identifiers: { email: false, username: false } }, 'identifiers'],
      [{ networks: ['10.0.0.0/33'] }, 'networks.0'],
      [{ networks: ['host.example'] }, 'networks.0'],
      [{ hours: { days: [1], from: '18:00', to: '08:00', timeZone: 'UTC' } }, 'hours.to'],
      [{ hours: { days: [1], from: '08:00', to: '18:00', timeZone: 'Mars/Olympus' } }, 'hours.timeZone'],
      [{ secondFactor: { demand: 'required', factors: [] } }, 'secondFactor.factors'],
      [{ surprise: 1 }, ''],
    ] as [object, string][]) {
      const parsed = rulesSchema.safeParse({ base });
      expect(parsed.success, path).to.equal(false);
      expect(parsed.error!.issues[0]!.path.slice(1).join('.')).to.equal(path);
    }
  });

  it('a trial that nobody confirmed is over at its minute, tidied up or not', () => {
    const [before, after] = [rules({ lockout: { limit: 3 } }), rules({ lockout: { limit: 4 } })];
    const revertsAt = new Date('2026-11-22T12:05:00Z');
    const stored = { rules: after, trial: { before, revertsAt }, version: 2 };
    expect(rulesInForce(stored, new Date('2026-11-22T12:04:59Z'))).to.equal(after);
    expect(rulesInForce(stored, revertsAt)).to.equal(before);
  });
});
