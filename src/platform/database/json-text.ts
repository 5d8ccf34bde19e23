const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '');

/** JSON that jsonb takes: PostgreSQL refuses NUL and halves of surrogate pairs, and callers can put both into a parameter, a header or a name. They are left out. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes('\\u')) return text;
  return JSON.stringify(value, (_key, inner) => {
    if (typeof inner === 'string') return storable(inner);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, content]) => [storable(name), content]));
  });
}
