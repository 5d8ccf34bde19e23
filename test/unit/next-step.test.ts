import { expect } from 'chai';
import { nextStep } from '../../src/domain/authentication/index.ts';

const now = 1_000_000_000;
const session = (secondsAgo: number) => ({ userId: 'u', authenticatedAt: now - secondsAgo * 1000 });
const proven = (secondsAgo: number, passwordChangedAt = 1) => ({ userId: 'u', at: now - secondsAgo * 1000, passwordChangedAt });
const password = (mustChange = false, changedAt = 1) => ({ mustChange, changedAt });

describe('domain/authentication: next-step', () => {
  const cases: [string, Omit<Parameters<typeof nextStep>[0], 'now'>, ReturnType<typeof nextStep>][] = [
    ['nobody known', { demands: {} }, { step: 'password' }],
    ['a session', { demands: {}, session: session(3600) }, { step: 'done', by: 'session' }],
    ['a session, a fresh sign-in asked', { demands: { provenAfter: now - 10_000 }, session: session(60) }, { step: 'password' }],
    ['a session made since it was asked', { demands: { provenAfter: now - 10_000 }, session: session(5) }, { step: 'done', by: 'session' }],
    ['a session younger than max_age', { demands: { maxAgeSeconds: 60 }, session: session(59) }, { step: 'done', by: 'session' }],
    ['a session older than max_age', { demands: { maxAgeSeconds: 60 }, session: session(61) }, { step: 'password' }],
    ['a proof', { demands: {}, proven: proven(1), password: password() }, { step: 'done', by: 'proof' }],
    [
      'a proof before a session',
      { demands: {}, session: session(3600), proven: proven(1), password: password() },
      { step: 'done', by: 'proof' },
    ],
    ['a proof of a temporary password', { demands: {}, proven: proven(1), password: password(true) }, { step: 'new-password' }],
    ['a proof of a password that was replaced', { demands: {}, proven: proven(1), password: password(true, 2) }, { step: 'password' }],
    ['a proof of a password that is gone', { demands: {}, proven: proven(1) }, { step: 'password' }],
    ['a proof that was left lying about', { demands: {}, proven: proven(16 * 60), password: password() }, { step: 'password' }],
    [
      'a proof older than what is asked',
      { demands: { provenAfter: now - 10_000 }, proven: proven(60), password: password() },
      { step: 'password' },
    ],
    [
      'an old proof of a temporary password beside a session',
      { demands: {}, session: session(5), proven: proven(16 * 60), password: password(true) },
      { step: 'done', by: 'session' },
    ],
  ];
  for (const [name, facts, expected] of cases)
    it(`${name} → ${expected.step}${'by' in expected ? ` by ${expected.by}` : ''}`, () =>
      expect(nextStep({ now, ...facts })).to.deep.equal(expected));
});
