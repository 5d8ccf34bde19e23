// Owns: the structured log and what must never be in it. Does not: audit (domain/audit is for administrators, this is for operators).
import pino from 'pino';

export type Log = pino.Logger;

const secrets = [
  'password',
  'newPassword',
  'client_secret',
  'secret',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'code',
  'cookie',
  'authorization',
];

/** Of an error of the system or of PostgreSQL, such as ECONNREFUSED or 53100: `code` is also what OAuth calls an authorization code. */
const isErrorCode = (value: unknown, path: string[]): boolean =>
  path.length === 2 && path[0] === 'err' && path[1] === 'code' && typeof value === 'string' && /^[A-Z0-9_]{3,40}$/.test(value);

export function createLog(level: string): Log {
  return pino({
    level,
    redact: {
      // `err.code` by itself, so that the censor hears which key it is of
      paths: ['err.code', ...secrets, ...secrets.map((name) => `*.${name}`), ...secrets.map((name) => `*.*.${name}`)],
      censor: (value, path) => (isErrorCode(value, path) ? value : '[redacted]'),
    },
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
