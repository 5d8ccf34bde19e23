import { expect } from 'chai';
import { type Facts, nextStep } from '../../../../src/domain/sign-in/authentication/index.ts';

const now = 1_000_000_000;
const minutes = 60;
const strong = ['pwd', 'otp', 'mfa'];
const session = (secondsAgo: number, amr = ['pwd']) => ({ sessionId: 's', userId: 'u', authenticatedAt: now - secondsAgo * 1000, amr });
const proven = (secondsAgo: number, amr = ['pwd']) => ({ userId: 'u', at: now - secondsAgo * 1000, amr, passwordChangedAt: 1 });
const password = (mustChange?: 'temporary' | 'expired' | 'policy', changedAt = 1) => ({ mustChange, changedAt });
type Policy = NonNullable<Facts['policy']>;
const policy = (demand: Policy['demand'] = 'optional', more: Partial<Policy> = {}): Policy => ({
  demand,
  factors: ['totp', 'passkey'],
  ...more,
});
const none = { factors: [], hasRecoveryCodes: false };
const app = { factors: ['totp' as const], hasRecoveryCodes: true };

type Case = [name: string, facts: Partial<Facts>, expected: ReturnType<typeof nextStep>];
const table = (title: string, cases: Case[]) =>
  describe(title, () => {
    for (const [name, facts, expected] of cases)
      it(`${name} → ${expected.step}${'by' in expected ? ` by ${expected.by}` : ''}${'why' in expected ? `: ${expected.why}` : ''}`, () =>
        expect(nextStep({ now, demands: {}, policy: policy(), ...facts })).to.deep.equal(expected));
  });

describe('domain/authentication: next-step', () => {
  table('who is known, and since when', [
    ['nobody known', {}, { step: 'identify' }],
    ['a session whose policy was not loaded', { session: session(60), policy: undefined }, { step: 'password' }],
    ['a session', { session: session(3600) }, { step: 'done', by: 'session' }],
    ['a session, a fresh sign-in asked', { demands: { provenAfter: now - 10_000 }, session: session(60) }, { step: 'password' }],
    ['a session made since it was asked', { demands: { provenAfter: now - 10_000 }, session: session(5) }, { step: 'done', by: 'session' }],
    ['a session younger than max_age', { demands: { maxAgeSeconds: 60 }, session: session(59) }, { step: 'done', by: 'session' }],
    ['a session older than max_age', { demands: { maxAgeSeconds: 60 }, session: session(61) }, { step: 'password' }],
    [
      'a session too old, and a proof left lying about',
      { demands: { maxAgeSeconds: 60 }, session: session(61), proven: proven(16 * minutes), password: password() },
      { step: 'password' },
    ],
    ['a proof', { proven: proven(1), password: password() }, { step: 'done', by: 'proof' }],
    ['a proof before a session', { session: session(3600), proven: proven(1), password: password() }, { step: 'done', by: 'proof' }],
    ['a proof of a password that was replaced', { proven: proven(1), password: password(undefined, 2) }, { step: 'identify' }],
    ['a proof of a password that is gone', { proven: proven(1) }, { step: 'identify' }],
    [
      'a proof by a passkey alone, the password too old',
      { proven: { ...proven(1, ['hwk', 'mfa']), isPasswordless: true }, password: password('expired') },
      { step: 'done', by: 'proof' },
    ],
    [
      'a proof by a passkey from before a recovery',
      { proven: { ...proven(1, ['hwk', 'mfa']), isPasswordless: true }, password: password(undefined, 2) },
      { step: 'identify' },
    ],
    [
      'a factor added to a session',
      { proven: { ...proven(1, strong), sessionId: 's' }, password: password(), session: session(60) },
      { step: 'done', by: 'proof' },
    ],
    [
      'a factor added to a session that has ended',
      { proven: { ...proven(1, strong), sessionId: 's' }, password: password() },
      { step: 'identify' },
    ],
    ['a proof that was left lying about', { proven: proven(16 * minutes), password: password() }, { step: 'identify' }],
    [
      'a proof older than what is asked',
      { demands: { provenAfter: now - 10_000 }, proven: proven(60), password: password() },
      { step: 'identify' },
    ],
  ]);

  table('the password', [
    ['temporary', { proven: proven(1), password: password('temporary') }, { step: 'new-password', by: 'proof', why: 'temporary' }],
    ['too old', { proven: proven(1), password: password('expired') }, { step: 'new-password', by: 'proof', why: 'expired' }],
    ['too weak by now', { proven: proven(1), password: password('policy') }, { step: 'new-password', by: 'proof', why: 'policy' }],
    ['replaced meanwhile', { proven: proven(1), password: password('temporary', 2) }, { step: 'identify' }],
    [
      'an old proof of a temporary one beside a session',
      { session: session(5), proven: proven(16 * minutes), password: password('temporary') },
      { step: 'done', by: 'session' },
    ],
    [
      'temporary, with a second factor to prove first',
      { proven: proven(1), password: password('temporary'), enrolled: app },
      { step: 'second-factor', by: 'proof', offers: ['totp', 'recovery-code'] },
    ],
    [
      'temporary, the second factor proven',
      { proven: proven(1, strong), password: password('temporary'), enrolled: app },
      { step: 'new-password', by: 'proof', why: 'temporary' },
    ],
  ]);

  const network = { ...proven(1), directoryId: 'd' };
  const expired = { ...network, networkPassword: 'expired' as const };
  table('the password of the network', [
    ['a proof', { proven: network, password: password() }, { step: 'done', by: 'proof' }],
    ['a proof of who has no other', { proven: { ...network, passwordChangedAt: undefined } }, { step: 'done', by: 'proof' }],
    ['a personal one set since', { proven: { ...network, passwordChangedAt: undefined }, password: password() }, { step: 'identify' }],
    ['a personal one that is temporary', { proven: network, password: password('temporary') }, { step: 'done', by: 'proof' }],
    ['a personal one that is too old', { proven: network, password: password('expired') }, { step: 'done', by: 'proof' }],
    ['too old there', { proven: expired, password: password() }, { step: 'network-password', by: 'proof', why: 'expired' }],
    [
      'to be changed there',
      { proven: { ...network, networkPassword: 'must-change' }, password: password() },
      { step: 'network-password', by: 'proof', why: 'must-change' },
    ],
    [
      'too old there, with a second factor to prove first',
      { proven: expired, password: password(), enrolled: app },
      { step: 'second-factor', by: 'proof', offers: ['totp', 'recovery-code'] },
    ],
    [
      'too old there, the second factor proven',
      { proven: { ...expired, amr: strong }, password: password(), enrolled: app },
      { step: 'network-password', by: 'proof', why: 'expired' },
    ],
    [
      'too old there, before a second factor is set up',
      { proven: expired, password: password(), policy: policy('required'), enrolled: none },
      { step: 'network-password', by: 'proof', why: 'expired' },
    ],
    [
      'another one there, then a second factor is set up',
      { proven: network, password: password(), policy: policy('required'), enrolled: none },
      { step: 'enrol', by: 'proof', factors: ['totp', 'passkey'] },
    ],
    [
      'too old there, kept out',
      { proven: expired, password: password(), policy: policy('off', { keepsOut: 'hours' }) },
      { step: 'kept-out', by: 'proof', why: 'hours' },
    ],
    [
      'too old there, terms to accept',
      { proven: expired, password: password(), terms: { edition: 1, accepted: 0 } },
      { step: 'network-password', by: 'proof', why: 'expired' },
    ],
    [
      'an old proof of one that is too old, beside a session',
      { session: session(5), proven: { ...expired, at: now - 16 * minutes * 1000 }, password: password() },
      { step: 'done', by: 'session' },
    ],
  ]);

  const at = { proven: proven(1), password: password() };
  table('the second factor', [
    ['off: even who has one is not asked', { ...at, policy: policy('off'), enrolled: app }, { step: 'done', by: 'proof' }],
    [
      'off: an application that asks for one is refused',
      { ...at, policy: policy('off'), enrolled: app, demands: { secondFactor: true } },
      { step: 'done', by: 'proof' },
    ],
    ['optional, none held', { ...at, enrolled: none }, { step: 'done', by: 'proof' }],
    ['optional, one held', { ...at, enrolled: app }, { step: 'second-factor', by: 'proof', offers: ['totp', 'recovery-code'] }],
    ['optional, one held, proven', { proven: proven(1, strong), password: password(), enrolled: app }, { step: 'done', by: 'proof' }],
    ['optional, one held, a session from before', { session: session(3600), enrolled: app }, { step: 'done', by: 'session' }],
    [
      'required, none held',
      { ...at, policy: policy('required'), enrolled: none },
      { step: 'enrol', by: 'proof', factors: ['totp', 'passkey'] },
    ],
    [
      'required, a session without, one held',
      { session: session(3600), policy: policy('required'), enrolled: app },
      { step: 'second-factor', by: 'session', offers: ['totp', 'recovery-code'] },
    ],
    ['required, a session with', { session: session(3600, strong), policy: policy('required') }, { step: 'done', by: 'session' }],
    [
      'required, none held, a session of just now',
      { session: session(9 * minutes), policy: policy('required'), enrolled: none },
      { step: 'enrol', by: 'session', factors: ['totp', 'passkey'] },
    ],
    [
      'required, none held, an older session: an open browser enrols nothing',
      { session: session(11 * minutes), policy: policy('required'), enrolled: none },
      { step: 'password' },
    ],
    [
      'required, the one held is not taken any more: it is proven all the same',
      { ...at, policy: policy('required', { factors: ['passkey'] }), enrolled: app },
      { step: 'second-factor', by: 'proof', offers: ['totp', 'recovery-code'] },
    ],
    [
      'and then one that is taken follows',
      { proven: proven(1, strong), password: password(), policy: policy('required', { factors: ['passkey'] }), enrolled: app },
      { step: 'enrol', by: 'proof', factors: ['passkey'] },
    ],
    [
      'required, and none is taken',
      { ...at, policy: policy('required', { factors: [] }), enrolled: none },
      { step: 'kept-out', by: 'proof', why: 'no-factor' },
    ],
    [
      'a browser that is remembered',
      { ...at, policy: policy('required'), enrolled: app, isRemembered: true },
      { step: 'done', by: 'proof' },
    ],
    [
      'a browser that is remembered, an application asks',
      { ...at, enrolled: app, isRemembered: true, demands: { secondFactor: true } },
      { step: 'second-factor', by: 'proof', offers: ['totp', 'recovery-code'] },
    ],
    [
      'an application asks, a session without',
      { session: session(60), enrolled: app, demands: { secondFactor: true } },
      { step: 'second-factor', by: 'session', offers: ['totp', 'recovery-code'] },
    ],
    [
      'an application asks for a fresh sign-in and a second factor, a session with',
      { session: session(60, strong), demands: { secondFactor: true, provenAfter: now - 1000 } },
      { step: 'password' },
    ],
  ]);

  table('kinds', [
    [
      'strong by one that is not taken here, another held',
      {
        session: session(60, strong),
        policy: policy('required', { factors: ['passkey'] }),
        enrolled: { factors: ['totp', 'passkey'], hasRecoveryCodes: false },
      },
      { step: 'second-factor', by: 'session', offers: ['passkey'] },
    ],
    [
      'strong by one that is taken',
      { session: session(60, ['swk', 'user', 'mfa']), policy: policy('required', { factors: ['passkey'] }) },
      { step: 'done', by: 'session' },
    ],
    [
      'a browser that was remembered for a kind that is not taken any more',
      { ...at, policy: policy('required', { factors: ['passkey'] }), enrolled: app, isRemembered: true },
      { step: 'second-factor', by: 'proof', offers: ['totp', 'recovery-code'] },
    ],
    [
      'the only one held cannot be used at this address: a recovery code, never a password in its place',
      { ...at, policy: policy('required', { factors: ['totp'] }), enrolled: { factors: [], holdsAny: true, hasRecoveryCodes: true } },
      { step: 'second-factor', by: 'proof', offers: ['recovery-code'] },
    ],
    [
      'nor without codes',
      { ...at, policy: policy('optional', { factors: ['totp'] }), enrolled: { factors: [], holdsAny: true, hasRecoveryCodes: false } },
      { step: 'kept-out', by: 'proof', why: 'no-factor' },
    ],
    [
      'strong by a recovery code',
      { session: session(60, ['pwd', 'mfa']), policy: policy('required', { factors: ['passkey'] }) },
      { step: 'done', by: 'session' },
    ],
  ]);

  table('changes of one’s own factors', [
    [
      'off, one held: it is proven all the same',
      { session: session(60), policy: policy('off'), enrolled: app, demands: { heldFactor: true } },
      { step: 'second-factor', by: 'session', offers: ['totp', 'recovery-code'] },
    ],
    [
      'a browser that is remembered, one held',
      { session: session(60), enrolled: app, isRemembered: true, demands: { heldFactor: true } },
      { step: 'second-factor', by: 'session', offers: ['totp', 'recovery-code'] },
    ],
    ['none held', { session: session(60), enrolled: none, demands: { heldFactor: true } }, { step: 'done', by: 'session' }],
  ]);

  table('place and time', [
    ['not before somebody is known', { policy: policy('off', { keepsOut: 'network' }) }, { step: 'identify' }],
    ['a proof', { ...at, policy: policy('off', { keepsOut: 'network' }) }, { step: 'kept-out', by: 'proof', why: 'network' }],
    ['a session', { session: session(1), policy: policy('off', { keepsOut: 'hours' }) }, { step: 'kept-out', by: 'session', why: 'hours' }],
    [
      'before a second factor is asked for',
      { ...at, policy: policy('required', { keepsOut: 'network' }), enrolled: app },
      { step: 'kept-out', by: 'proof', why: 'network' },
    ],
  ]);

  table('the company’s terms', [
    ['accepted', { session: session(60), terms: { edition: 2, accepted: 2 } }, { step: 'done', by: 'session' }],
    ['none are asked for', { session: session(60), terms: { edition: 0, accepted: 0 } }, { step: 'done', by: 'session' }],
    ['asked of a session', { session: session(60), terms: { edition: 1, accepted: 0 } }, { step: 'terms', by: 'session', edition: 1 }],
    ['a newer edition', { session: session(60), terms: { edition: 2, accepted: 1 } }, { step: 'terms', by: 'session', edition: 2 }],
    [
      'a second factor comes before them',
      { session: session(60), terms: { edition: 1, accepted: 0 }, policy: policy('required'), enrolled: app },
      { step: 'second-factor', by: 'session', offers: ['totp', 'recovery-code'] },
    ],
    [
      'a new password comes before them',
      { proven: proven(1), password: password('temporary'), terms: { edition: 1, accepted: 0 } },
      { step: 'new-password', by: 'proof', why: 'temporary' },
    ],
    [
      'who is kept out reads nothing',
      { session: session(60), terms: { edition: 1, accepted: 0 }, policy: policy('optional', { keepsOut: 'hours' }) },
      { step: 'kept-out', by: 'session', why: 'hours' },
    ],
  ]);
});
