import type { Prepared } from './prepare.ts';

let known: Prepared | undefined;

/** What was made before the server process started. */
export const prepared = (): Prepared => known!;
export const keepPrepared = (made: Prepared): void => {
  known = made;
};

/** What the directory says of every password. */
export const directoryAnswers = { reason: 'wrong-password' };
