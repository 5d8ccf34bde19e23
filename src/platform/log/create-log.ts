import pino from 'pino';
import { currentTrace } from '../tracing/index.ts';
import { currentWork } from './current-work.ts';
import { describeError, isCode } from './describe-error.ts';

export type Log = pino.Logger;

export const secretNames = [
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
  path[0] === 'err' && path.at(-1) === 'code' && (path.length === 2 || path[1] === 'cause') && isCode(value);

/** What every line says of the request or job that it belongs to. */
function workOf(): object {
  const work = currentWork();
  const trace = currentTrace();
  if (!work) return trace ? { traceId: trace.traceId } : {};
  const { requestId, job, facts } = work;
  return { requestId, traceId: trace?.traceId, job, company: facts?.company, path: facts?.path };
}

export function createLog(level: string, destination?: pino.DestinationStream): Log {
  return pino(
    {
      level,
      redact: {
        // `err.code` by itself, so that the censor hears which key it is of
        paths: ['err.code', ...secretNames, ...secretNames.map((name) => `*.${name}`), ...secretNames.map((name) => `*.*.${name}`)],
        censor: (value, path) => (isErrorCode(value, path) ? value : '[redacted]'),
      },
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      mixin: workOf,
    },
    destination ?? pino.destination(1),
  );
}
