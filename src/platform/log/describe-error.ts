/** Of the system, of PostgreSQL: names of things. Others of its properties hold what somebody gave, such as `detail` (`Key (email)=(…)`). */
const told = ['code', 'errno', 'syscall', 'address', 'port', 'status', 'severity', 'schema', 'table', 'column', 'constraint', 'routine'];

/** As the system and PostgreSQL write them. */
export const isCode = (value: unknown): boolean => typeof value === 'string' && /^[A-Z0-9_]{3,40}$/.test(value);

const deepest = 4;

const worded = (name: string, value: unknown): unknown => (name !== 'code' || isCode(value) ? value : '[redacted]');

/** What the log says of an error: its kind, words and place, what it was caused by, and no property that may carry a secret. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const facts = Object.fromEntries(told.flatMap((name) => (name in error ? [[name, worded(name, (error as never)[name])]] : [])));
  const { name, message, stack, cause } = error;
  const below = depth < deepest ? depth + 1 : undefined;
  return {
    type: name,
    message,
    ...facts,
    stack,
    ...(cause !== undefined && below ? { cause: cause instanceof Error ? describeError(cause, below) : undefined } : {}),
    ...(error instanceof AggregateError && below ? { errors: error.errors.map((one) => describeError(one, below)) } : {}),
  };
}
