import { LRUCache } from 'lru-cache';
import type { Unanswered } from '../../../people/directory-requests/index.ts';
import type { ContextId, DirectoryId, Scope } from '../../../scope.ts';

/** How long a sign-in waits for a directory, in ms. */
const timeoutMs = 2500;
/** An ask that took so long and brought nothing: until so much later nobody waits for that directory. */
const longMs = 500;
const restMs = 5000;
/** More people than this do not wait for one directory at once. */
const mostWaiting = 200;

/** Of so many directories, and companies, a process remembers something: those that were asked last. */
const mostRemembered = 2000;

type Pace = { waiting: number; restsUntil: number; isTrying: boolean };
const paces = new LRUCache<string, Pace>({ max: mostRemembered });

/** How long the last answers of a company's directories took, in ms. */
const answers = new LRUCache<ContextId, number[]>({ max: mostRemembered });
const kept = 20;

const leastMs = 400;
const mostMs = 1500;

/**
 * How long a refusal takes in a company that signs in by directories, in ms: about as long as the slowest of their last answers, so that time tells a name that nobody has, a
 * person with a personal password and one with a network password apart no more than words do (S42).
 */
export const floorOfRefusals = (contextId: ContextId): number =>
  Math.min(mostMs, Math.max(leastMs, ...(answers.get(contextId) ?? []).map((ms) => ms + 100)));

/**
 * Asks unless the directory did not answer a moment ago: one that is black-holed keeps one person waiting, and then nobody for some seconds. In this process.
 * @param ask gets the time it may take
 */
export async function askInTurn<Answer extends { outcome: string }>(
  { contextId }: Pick<Scope, 'contextId'>,
  directoryId: DirectoryId,
  ask: (timeoutMs: number) => Promise<Answer>,
): Promise<Answer | Unanswered> {
  const key = `${contextId} ${directoryId}`;
  const pace = paces.get(key) ?? { waiting: 0, restsUntil: 0, isTrying: false };
  paces.set(key, pace);
  const begun = performance.now();
  const isAfterRest = pace.restsUntil > 0;
  if (begun < pace.restsUntil || pace.isTrying || pace.waiting >= mostWaiting) return { outcome: 'unavailable', reason: 'directory-away' };
  pace.waiting++;
  pace.isTrying = isAfterRest;
  let answer: Answer | undefined;
  try {
    answer = await ask(timeoutMs);
    return answer;
  } finally {
    const now = performance.now();
    pace.waiting--;
    if (isAfterRest) pace.isTrying = false;
    if (isUnavailable(answer)) pace.restsUntil = now - begun > longMs ? now + restMs : pace.restsUntil;
    else {
      pace.restsUntil = 0;
      answers.set(contextId, [...(answers.get(contextId) ?? []).slice(1 - kept), now - begun]);
    }
    if (pace.waiting === 0 && pace.restsUntil === 0 && paces.peek(key) === pace) paces.delete(key);
  }
}

const isUnavailable = (answer: ({ outcome: string } & { reason?: string }) | undefined): boolean =>
  answer === undefined || answer.outcome === 'unavailable' || answer.reason === 'unavailable';
