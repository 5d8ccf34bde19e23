/** Why a directory cannot be used, for texts of the local page and for the server's status. */
export const faults = [
  'address-invalid',
  'name-not-found',
  'refused',
  'no-answer',
  'not-ldap',
  'tls-not-offered',
  'tls-name',
  'tls-untrusted',
  'tls-expired',
  'tls-pin',
  'tls-failed',
  'not-encrypted',
  'needs-encryption',
  'wrong-bind',
  'bind-refused',
  'base-not-found',
  'filter-invalid',
  'no-match',
  'no-right-read',
  'no-right-deleted',
  'no-right-write',
  'unavailable',
] as const;
export type Fault = (typeof faults)[number];

/** In the order in which they are looked at. After a check of one server fails, what builds on it is left out. */
export const checks = ['address', 'connection', 'encryption', 'bind', 'directory', 'base', 'filter', 'deleted', 'write'] as const;
export type CheckName = (typeof checks)[number];

/** The certificate of a server, so that somebody can decide to pin it. `fingerprint`: SHA-256 in hexadecimal, as `pinnedFingerprints` takes it. */
export type ServerCertificate = { subject: string; issuer: string; names: string[]; validUntil: Date; fingerprint: string };

/** `url`: of one server; without it the check is about the directory. `isWarning`: it works without. `detail`: what the other side said, or what was found (kind, base, count). */
export type Check = {
  check: CheckName;
  url?: string;
  isOk: boolean;
  isWarning?: boolean;
  fault?: Fault;
  detail?: string;
  certificate?: ServerCertificate;
};

export type ConnectionReport = { isOk: boolean; checks: Check[] };
