import { type AuditEventType, auditEventTypes, viewEventTypes } from './events.ts';

/** Who got in where, or did not, and out again. */
const signIns: AuditEventType[] = [
  'sign-in.succeeded',
  'sign-in.failed',
  'sign-out.completed',
  'session.ended',
  'user.signed-out',
  'access.refused',
  'authorization.failed',
  'address.held-back',
  'saml-message.refused',
  'single-logout.incomplete',
  'token.reuse-detected',
];

/** Who looked, or took a file away. */
const reads: AuditEventType[] = [
  ...viewEventTypes,
  'users.exported',
  'users.passwords-exported',
  'user.data-exported',
  'access-map.exported',
  'audit.exported',
  'simulation.started',
];

/** What programs tell each other, and what only the time brings. */
const others: AuditEventType[] = [
  'application.notified-of-sign-out',
  'application.secret-ends-soon',
  'saml-certificate.ends-soon',
  'saml-artifact.resolved',
  'password.recovery-requested',
  'registration.requested',
  'user.email-change-requested',
  'directory.agent-refused',
  'directory.available',
  'directory.unavailable',
  'directory.run-previewed',
];

const except = (...left: AuditEventType[][]): AuditEventType[] => {
  const out = new Set(left.flat());
  return auditEventTypes.filter((type) => !out.has(type));
};

/** What administrators look for in the report, apart from each other; `activity` is whatever is more than a look. */
export const eventKinds = { activity: except(viewEventTypes), access: signIns, changes: except(signIns, reads, others), reads };
export type EventKind = keyof typeof eventKinds;
