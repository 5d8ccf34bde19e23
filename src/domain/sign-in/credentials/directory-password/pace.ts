import { Cache } from '../../../../platform/cache/index.ts';
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

type Pace = { waiting: number; restsUntil: number; isTrying: boolean; answeredAt: number };
const paces = new Cache<Pace>({ name: 'directory_paces', max: mostRemembered });

/** How long the last answers of a company's directories took, in ms. */
const answers = new Cache<number[]>({ name: 'directory_answers', max: mostRemembered });
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
 * What came of it. `answer`: undefined where nothing was asked. `isAway`: the directory is noted as away, or answered nobody as long as this one waited; never because many wait.
 */
export type Turn<Answer> = { answer?: Answer; isAway: boolean };

/**
 * Asks unless the directory did not answer a moment ago: one that is black-holed keeps one person waiting, and then nobody for some seconds. In this process.
 * @param ask gets the time it may take
 */
export async function askInTurn<Answer extends { outcome: string }>(
  { contextId }: Pick<Scope, 'contextId'>,
  directoryId: DirectoryId,
  ask: (timeoutMs: number) => Promise<Answer>,
): Promise<Turn<Answer>> {
  const key = `${contextId} ${directoryId}`;
  const pace = paces.get(key) ?? { waiting: 0, restsUntil: 0, isTrying: false, answeredAt: 0 };
  paces.set(key, pace);
  const begun = performance.now();
  const isAfterRest = pace.restsUntil > 0;
  if (begun < pace.restsUntil || pace.isTrying) return { isAway: begun < pace.restsUntil + restMs };
  if (pace.waiting >= mostWaiting) return { isAway: false };
  pace.waiting++;
  pace.isTrying = isAfterRest;
  let answer: Answer | undefined;
  let isSilent = false;
  try {
    answer = await ask(timeoutMs);
  } finally {
    const now = performance.now();
    const isLong = now - begun > longMs;
    pace.waiting--;
    if (isAfterRest) pace.isTrying = false;
    if (!isUnavailable(answer)) Object.assign(pace, { restsUntil: 0, answeredAt: now });
    // whoever gets no response while others do is in a crowd
    else isSilent = isLong && pace.answeredAt < begun;
    if (isSilent) pace.restsUntil = now + restMs;
    else if (isLong || !isUnavailable(answer)) answers.set(contextId, [...(answers.get(contextId) ?? []).slice(1 - kept), now - begun]);
    if (pace.waiting === 0 && pace.restsUntil === 0 && paces.peek(key) === pace) paces.delete(key);
  }
  return { answer, isAway: isSilent || isNoted(answer) };
}

/** By the queue: nobody else has said so. */
const isNoted = ({ outcome, reason }: { outcome: string } & { reason?: string }): boolean => outcome === 'unavailable' && reason !== 'late';

const isUnavailable = (answer: ({ outcome: string } & { reason?: string }) | undefined): boolean =>
  answer === undefined || answer.outcome === 'unavailable' || answer.reason === 'unavailable';
