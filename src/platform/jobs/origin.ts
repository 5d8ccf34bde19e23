import { currentWork, inWork, isRequestId } from '../log/index.ts';
import { currentTrace, inSpan, inTrace, parseTraceparent, traceparentOf } from '../tracing/index.ts';

/** Under which a payload says what asked for it: the request, and the trace that it belongs to. Schemas of jobs ignore it. */
const key = '_origin';
type Origin = { requestId?: string; traceparent?: string };

/** What a payload of this moment says. */
export function originNow(): { [key]?: Origin } {
  const { requestId } = currentWork() ?? {};
  const trace = currentTrace();
  return requestId || trace ? { [key]: { requestId, traceparent: trace && traceparentOf(trace) } } : {};
}

const originOf = (payload: unknown): Origin => (payload as { [key]?: Origin } | null)?.[key] ?? {};

/** Lines, events and spans of a job lead to the request that asked for it. */
export function asAskedBy(payload: unknown, job: string, work: () => Promise<void>): Promise<void> {
  const { requestId, traceparent } = originOf(payload);
  const run = () => inSpan('consumer', `job ${job}`, { 'messaging.system': 'graphile_worker', 'messaging.destination.name': job }, work);
  return inWork({ requestId: isRequestId(requestId) ? requestId : undefined, job }, () => inTrace(parseTraceparent(traceparent), run));
}

/** What the queue says of a job stands outside of it. */
export function aboutJob(job: unknown): { job?: string; requestId?: string } {
  const { task_identifier, payload } = (job ?? {}) as { task_identifier?: string; payload?: unknown };
  return { job: task_identifier, requestId: originOf(payload).requestId };
}
