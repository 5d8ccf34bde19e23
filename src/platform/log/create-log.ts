import pino from 'pino';
import { currentTrace } from '../tracing/index.ts';
import { currentWork } from './current-work.ts';
import { describeError } from './describe-error.ts';
import { hideSecrets } from './hide-secrets.ts';

export type Log = pino.Logger;

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
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (facts) => hideSecrets(facts) },
      serializers: { err: describeError },
      mixin: workOf,
    },
    destination ?? pino.destination(1),
  );
}
