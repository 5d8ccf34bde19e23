import { type ExplainFacts, type ExplainReason, explain, type MendPage } from '../../../../src/domain/administration/explanations/index.ts';
import type { Facts } from '../../../../src/domain/sign-in/authentication/index.ts';

export const now = Date.UTC(2026, 10, 30, 12);
export const minute = 60_000;

export const signIn: Facts = {
  now,
  demands: {},
  proven: { userId: 'u', at: now, amr: ['pwd'], passwordChangedAt: 1 },
  password: { changedAt: 1 },
  policy: { demand: 'optional', factors: ['totp', 'passkey'] },
  enrolled: { factors: [], holdsAny: false, hasRecoveryCodes: false },
  terms: { edition: 0, accepted: 0 },
};

/** Somebody who gets in. */
export const fine: ExplainFacts = {
  at: now,
  ip: '192.0.2.7',
  isKnownBrowser: false,
  company: { name: 'Acme' },
  asked: { person: 'alice', application: 'payroll' },
  application: { applicationId: 'a', name: 'Payroll', protocol: 'oidc', setup: [] },
  person: {
    userId: 'u',
    name: 'Alice',
    login: 'alice',
    role: 'regular',
    status: 'activated',
    statusChangedAt: now - minute,
    isLoginTaken: true,
  },
  attempts: { limit: 5, decayMinutes: 15, unblockAfterMinutes: 0, strangers: { used: 0 }, browsers: [] },
  proof: { personal: { changedAt: 1, mustChange: false, counts: true }, alone: [], held: [], hasRecoveryCodes: false },
  signIn,
  policy: [
    { part: 'networks', value: [], from: { kind: 'company' } },
    { part: 'hours', value: [], from: { kind: 'company' } },
  ],
  access: {
    person: { status: 'activated' },
    application: { enabled: true, navigable: false },
    assignment: { direct: true, byGroup: false, byEveryone: false },
  },
  reach: { isDirect: true, groups: [], isNavigable: false },
  release: { protocol: 'oidc', documents: [] },
};

export type Change = Partial<ExplainFacts>;
export const person = (more: Partial<NonNullable<ExplainFacts['person']>>): Change => ({
  person: { ...fine.person!, ...more },
  access: { ...fine.access!, person: { status: more.status ?? 'activated' } },
});
export const policy = (more: Partial<NonNullable<Facts['policy']>>, others: Partial<Facts> = {}): Change => ({
  signIn: { ...signIn, ...others, policy: { ...signIn.policy!, ...more } },
});
const setup = (reason: ExplainReason, refuses = true): Change => ({ application: { ...fine.application!, setup: [{ reason, refuses }] } });
export const directory = (more: object, isKnownBrowser = false): Change => ({
  isKnownBrowser,
  proof: {
    alone: [],
    held: [],
    hasRecoveryCodes: false,
    directory: { directoryId: 'd', name: 'AD', state: 'configured', agents: 1, isAskLeft: true, isVerifierHeld: false, ...more },
  },
});
const named = (fault: 'format' | 'encrypted' | 'qualifier' | 'no-email' | 'no-value'): Change => ({
  release: { protocol: 'saml', attributes: [], fault },
});
export const none = { direct: false, byGroup: false, byEveryone: false };

/** For each reason what brings it about, and the page that mends it. */
export const refusals: Record<ExplainReason, [change: Change, mend: MendPage | undefined]> = {
  'application-unknown': [
    { application: undefined, reach: undefined, release: undefined, access: { person: { status: 'activated' }, assignment: none } },
    'applications',
  ],
  'application-disabled': [{ access: { ...fine.access!, application: { enabled: false, navigable: true } } }, 'application'],
  'no-protocol': [setup('no-protocol'), 'application-edit'],
  'no-sign-in-grant': [setup('no-sign-in-grant'), 'application-edit'],
  'no-redirect-uri': [setup('no-redirect-uri'), 'application-edit'],
  'secret-ended': [setup('secret-ended'), 'application-edit'],
  'address-not-open': [setup('address-not-open'), 'application-edit'],
  'no-signing-certificate': [setup('no-signing-certificate'), 'certificates'],
  'signing-certificate-ended': [setup('signing-certificate-ended', false), 'certificates'],
  'partner-certificate-ended': [setup('partner-certificate-ended', false), 'application-edit'],
  'person-unknown': [{ person: undefined, access: { ...fine.access!, person: undefined } }, 'users'],
  'login-not-taken': [person({ isLoginTaken: false }), 'policy'],
  'entry-waiting': [{ person: undefined, entry: { directoryId: 'd', entryId: 'e', name: 'Alice', state: 'pending' } }, 'directory-entries'],
  'entry-rejected': [
    { person: undefined, entry: { directoryId: 'd', entryId: 'e', name: 'Alice', state: 'rejected' } },
    'directory-entries',
  ],
  invited: [person({ status: 'invited' }), 'user-invitation'],
  blocked: [person({ status: 'blocked' }), 'user-unblock'],
  deactivated: [person({ status: 'deactivated' }), 'user-reactivate'],
  'planned-deactivation': [person({ status: 'deactivated', keptOutBy: 'plan' }), 'planned-deactivation'],
  'directory-deactivation': [person({ status: 'deactivated', keptOutBy: 'directory' }), 'user'],
  deletion: [person({ status: 'deactivated', keptOutBy: 'deletion' }), 'user'],
  'attempts-used-up': [{ attempts: { ...fine.attempts!, strangers: { used: 5, lastAt: now - minute } } }, 'user'],
  'no-password': [{ proof: { alone: [], held: [], hasRecoveryCodes: false } }, 'user-password'],
  'directory-unavailable': [directory({ state: 'unavailable' }), 'directory'],
  'directory-not-configured': [directory({ state: 'not-configured' }), 'directory'],
  'directory-not-asked': [directory({ isAskLeft: false }), 'directory'],
  'directory-account-disabled': [directory({ there: 'disabled' }), 'directory'],
  'kept-out-network': [policy({ keepsOut: 'network' }), 'policy'],
  'kept-out-hours': [policy({ keepsOut: 'hours' }), 'policy'],
  'kept-out-no-factor': [policy({ demand: 'required', factors: [] }), 'policy'],
  'not-assigned': [{ access: { ...fine.access!, assignment: none } }, 'user-applications'],
  'name-format': [named('format'), 'application-edit'],
  'name-encrypted': [named('encrypted'), 'application-edit'],
  'name-qualifier': [named('qualifier'), 'application-edit'],
  'name-no-email': [named('no-email'), 'user-edit'],
  'name-no-value': [named('no-value'), 'user-edit'],
};

export const explained = (change: Change) => explain(JSON.parse(JSON.stringify({ ...fine, ...change })));
