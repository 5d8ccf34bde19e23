/** JSON that jsonb takes: PostgreSQL refuses NUL and halves of surrogate pairs, and callers can put both into a parameter, a header or a name. They are left out. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes('\\u')) return text;
  return JSON.stringify(value, (_key, inner) => (typeof inner === 'string' ? inner.toWellFormed().replaceAll('\0', '') : inner));
}
