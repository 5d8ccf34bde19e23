/** SQLSTATEs and errors of the system by which the store could not do what it would do a moment later: nothing is wrong with what it was asked. */
const passing = new Set([
  '57014', // query_canceled: a time-out of ours, or an operator
  '55P03', // lock_not_available: lock_timeout
  '26000', // invalid_sql_statement_name: it was sent behind the one that prepares it, and that one failed (together.ts)
  '25P03', // idle_in_transaction_session_timeout
  '25006', // read_only_sql_transaction: a standby, or writes are switched off
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Connection exceptions, insufficient resources (disk, memory, connections), operator intervention, system error. */
const passingClasses = ['08', '53', '57P', '58'];

/** Of the drivers, whose errors of this kind have no code. Knex puts the statement before them. */
const passingMessages =
  /(?:^| - )(timeout exceeded when trying to connect|timeout expired|Connection terminated|Client has encountered a connection error|Knex: Timeout acquiring a connection|Query read timeout|Client was closed|Cannot use a pool after calling end)/;

/** Whether the store was unreachable, too slow, or full: a later retry may succeed (503, not 500). */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, cause, syscall } = error as Error & { code?: unknown; syscall?: unknown };
  // the socket of a local server; a file of ours that is missing is a fault of ours
  if (code === 'ENOENT' && syscall === 'connect') return true;
  if (typeof code === 'string' && (passing.has(code) || (isSqlState(code) && passingClasses.some((one) => code.startsWith(one)))))
    return true;
  return passingMessages.test(error.message) || error.name === 'KnexTimeoutError' || (cause !== undefined && isUnavailable(cause));
}

const isSqlState = (code: string): boolean => /^[0-9A-Z]{5}$/.test(code);

/** A row that somebody else held for too long. The statement did nothing. */
export const isLocked = (error: unknown): boolean => (error as { code?: string }).code === '55P03';
