import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/** What the log line of a finished request contains. `path`: its pattern, with no value from the caller. */
export type Facts = {
  path?: string;
  company?: string;
  /** The code of an error page, or of what a form was refused for. */
  fault?: string;
  error?: string;
  reason?: string;
  clientId?: string;
  supportCode?: string;
  /** Requested by machines every few seconds, or a static file: its line only helps to find our own errors. */
  isQuiet?: boolean;
};

/** A request, or a job: `requestId` is then of the request that asked for it. */
export type Work = { requestId?: string; job?: string; facts?: Facts };

const current = new AsyncLocalStorage<Work>();

export const currentWork = (): Work | undefined => current.getStore();

/** Lines and events that `work` leads to belong to it. */
export const inWork = <T>(of: Work, work: () => T): T => current.run(of, work);

/** For the line of this request; outside of one it is forgotten. */
export function noteInLog(facts: Facts): void {
  const work = current.getStore();
  if (work?.facts) Object.assign(work.facts, facts);
}

// long enough to be one, and nothing that a reader of lines, headers or pages could take for something else
const form = /^[A-Za-z0-9][A-Za-z0-9._:+=/@-]{6,126}[A-Za-z0-9=]$/;

/** Whether what a caller names its request may stand in our log, audit and answers. */
export const isRequestId = (text: unknown): text is string => typeof text === 'string' && form.test(text);

export const newRequestId = (): string => randomUUID();
