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

export function createLog(level: string): Log {
  return pino({
    level,
    redact: { paths: [...secrets, ...secrets.map((name) => `*.${name}`), ...secrets.map((name) => `*.*.${name}`)], censor: '[redacted]' },
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
