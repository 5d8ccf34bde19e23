import { isUnavailable } from '../platform/database/index.ts';
import { type Command, isAtOpening } from './command.ts';

/** PostgreSQL refused a statement and took its transaction back: nothing of it was written. Any other fault may also come while it is being committed. */
const takenBack: [code: RegExp, words: string][] = [
  [/^55P03$/, 'another process holds a lock that this needs'],
  [/^(57014|25P03)$/, 'it took too long or was canceled'],
  [/^25006$/, 'it takes no writes now'],
  [/^53/, 'it has no disk, memory or connection left'],
];

/**
 * Why the database did not do it, what may have been written by then, and what to do next.
 * @returns undefined if `error` is of something else
 */
export function describeStoreFault(error: unknown, { writes }: Pick<Command, 'writes'>): string | undefined {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  const isUnreachable =
    ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', '28P01', '3D000'].includes(code) || (code === 'ETIMEDOUT' && syscall !== 'read');
  if (!isUnreachable && !isUnavailable(error)) return undefined;
  const refused = takenBack.find(([pattern]) => pattern.test(code))?.[1];
  const why = isUnreachable
    ? `The database cannot be reached: ${withoutSql(error as Error) || code}. Check DATABASE_URL, or run "portaria doctor".`
    : `The database did not answer in time: ${refused ?? (withoutSql(error as Error) || code)}.`;
  const next = isUnreachable ? [] : ['Try again in a moment.'];
  return [why, ...describeWritten(writes, { isSure: refused !== undefined, isBefore: isAtOpening(error) }), ...next].join(' ');
}

/** @param known.isSure the transaction under way was taken back. @param known.isBefore the store was not open yet */
function describeWritten(writes: Command['writes'], { isSure, isBefore }: { isSure: boolean; isBefore: boolean }): string[] {
  if (!writes || isBefore) return [];
  if (writes.inSteps) return [`Part of it may be done. ${writes.look}`];
  return [isSure ? 'Nothing was changed.' : `It may have been done all the same. ${writes.look}`];
}

/** What PostgreSQL or its driver says, without the statement and its values, which knex puts before it. */
export const withoutSql = ({ message }: Error): string => message.split(' - ').at(-1)!;
