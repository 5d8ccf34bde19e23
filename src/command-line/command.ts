import type { ParseArgsConfig } from 'node:util';
import { openStore, type Store } from '../app/open-store.ts';
import type { Config } from '../config/index.ts';
import { type Actor, openServerScope, type ServerScope } from '../domain/scope.ts';
import { systemClock } from '../platform/clock/index.ts';
import { hostMatcher } from '../platform/net/index.ts';

/** BSD sysexits, as far as they fit. */
export const exitCodes = { ok: 0, failed: 1, problems: 2, usage: 64, data: 65, unavailable: 69, config: 78 } as const;
export type ExitName = keyof typeof exitCodes;

/** What each says, whatever the command. */
export const exitMeanings: Record<ExitName, string> = {
  ok: 'done',
  failed: 'something failed that nothing you gave has caused',
  problems: 'there is something to look at',
  usage: 'the command does not take what was written; nothing was done',
  data: 'a file, value or name is wrong, or the store is in use; nothing was changed',
  unavailable: 'the database or another required service cannot be reached, or is too busy',
  config: 'the configuration is wrong',
};

export type Output = {
  /** For people; `data` is what --json prints instead. */
  text: string;
  data: unknown;
  exitCode?: number;
  /** Nothing was done. `text` says why, and is printed to standard error. */
  isRefusal?: boolean;
  /** Read back by a program: printed as it is. */
  isFile?: true;
};

export type Command = {
  words: string;
  summary: string;
  usage: string;
  examples: string[];
  options?: ParseArgsConfig['options'];
  /** The codes that it ends with by itself, besides 0, and when. */
  exits?: Partial<Record<ExitName, string>>;
  /**
   * What it changes in the store; without it, it only reads. `inSteps`: in several transactions, so that it can stop half way. `look`: a sentence for a fault after which
   * nobody knows what was written: where that can be seen.
   */
  writes?: { inSteps?: true; look: string };
  run(invocation: Invocation): Promise<Output>;
};

export type Options = Record<string, string | boolean | string[] | undefined>;

export type Invocation = {
  args: string[];
  options: Options;
  config: Config;
  note: (line: string) => void;
  /** A step is done and stays done: if a later one fails, the operator is told. */
  did: (line: string) => void;
};

/** What was typed does not fit the command. */
export class UsageError extends Error {}

const atOpening = new WeakSet<WeakKey>();

/** Whether the store could not even be opened, so that the command itself has done nothing yet. */
export const isAtOpening = (error: unknown): boolean => error instanceof Error && atOpening.has(error);

export type Tools = { store: Store; scope: ServerScope };

/** Who sits at the terminal, as the audit report will show them. */
export const operator = (): Actor => ({ kind: 'operator', name: process.env.USER ?? 'operator' });

/**
 * Opens the store for one command, up to date, and closes it; a running server's embedded store is shared.
 * @param options.mayMake an embedded store that is not there yet is made. Other commands refuse: the data folder was mistyped
 */
export async function withStore<T>(
  { config, note }: Pick<Invocation, 'config' | 'note'>,
  work: (tools: Tools) => Promise<T>,
  { mayMake = false } = {},
): Promise<T> {
  const store = await openStore({ ...config, databasePoolSize: 4 }, { say: note, mayMake }).catch((error) => {
    atOpening.add(error);
    throw error;
  });
  try {
    return await work({
      store,
      scope: openServerScope(
        { ...store, clock: systemClock, isHttpHost: hostMatcher(config.samlHttpHosts), ownHost: new URL(config.baseUrl).host },
        operator(),
      ),
    });
  } finally {
    await store.close();
  }
}
