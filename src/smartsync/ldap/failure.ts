import { ResultCodeError } from 'ldapts';
import type { Refusal, RefusalReason } from '../../smartsync-protocol/index.ts';
import type { Fault, ServerCertificate } from './report.ts';

/** A server cannot be reached or spoken to: another one may. */
export class ConnectionFailure extends Error {
  readonly fault: Fault;
  readonly certificate?: ServerCertificate;

  constructor(fault: Fault, message: string, certificate?: ServerCertificate) {
    super(message);
    this.fault = fault;
    this.certificate = certificate;
  }
}

/** The directory, or we, will not do it: the answer to the request. */
export class Refused extends Error {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, detail = '') {
    super(detail);
    this.reason = reason;
  }

  get refusal(): Refusal {
    return refuse(this.reason, this.message);
  }
}

const mostDetail = 2000;

/** @param detail what the directory said; AD ends its messages with a NUL */
export function refuse(reason: RefusalReason, detail?: string): Refusal {
  const text = detail?.replaceAll('\0', '').slice(0, mostDetail);
  return text ? { outcome: 'refused', reason, detail: text } : { outcome: 'refused', reason };
}

/** Result codes of RFC 4511 Appendix A that we decide by. */
export const code = {
  timeLimitExceeded: 3,
  sizeLimitExceeded: 4,
  strongerAuthRequired: 8,
  referral: 10,
  adminLimitExceeded: 11,
  unavailableCriticalExtension: 12,
  confidentialityRequired: 13,
  noSuchAttribute: 16,
  undefinedAttributeType: 17,
  constraintViolation: 19,
  attributeOrValueExists: 20,
  invalidAttributeSyntax: 21,
  noSuchObject: 32,
  invalidDnSyntax: 34,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
  namingViolation: 64,
  objectClassViolation: 65,
  entryAlreadyExists: 68,
  syncRefreshRequired: 4096,
} as const;

/** The LDAP result code of an error, or undefined where it is none. */
export const codeOf = (error: unknown): number | undefined => (error instanceof ResultCodeError ? error.code : undefined);

export const hasCode = (error: unknown, ...codes: number[]): boolean => codes.includes(codeOf(error) ?? -1);

/** Whether another server may do better, or this one later. */
export const isUnavailable = (error: unknown): boolean =>
  error instanceof ConnectionFailure || hasCode(error, code.busy, code.unavailable, code.timeLimitExceeded);

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const reasons = new Map<number, RefusalReason>([
  [code.strongerAuthRequired, 'needs-tls'],
  [code.confidentialityRequired, 'needs-tls'],
  [code.insufficientAccessRights, 'no-right'],
  [code.noSuchObject, 'not-found'],
  [code.entryAlreadyExists, 'exists'],
  [code.constraintViolation, 'invalid-value'],
  [code.invalidAttributeSyntax, 'invalid-value'],
  [code.invalidDnSyntax, 'invalid-value'],
  [code.namingViolation, 'invalid-value'],
  [code.objectClassViolation, 'invalid-value'],
  [code.undefinedAttributeType, 'unsupported'],
  [code.unavailableCriticalExtension, 'unsupported'],
]);

/** What the request is answered when no rule of its own says better. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  if (isUnavailable(error)) return refuse('unavailable', messageOf(error));
  return refuse(reasons.get(codeOf(error) ?? -1) ?? 'failed', messageOf(error));
}
