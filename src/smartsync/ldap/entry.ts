import type { Entry } from 'ldapts';

/** The values of an attribute, whatever the case of its name. */
function valuesOf(entry: Entry, name: string): (string | Buffer)[] {
  const key = name in entry ? name : Object.keys(entry).find((one) => one.toLowerCase() === name.toLowerCase());
  const value = key === undefined ? [] : entry[key]!;
  return Array.isArray(value) ? value : [value];
}

export const bytesOf = (entry: Entry, name: string): Buffer | undefined => {
  const value = valuesOf(entry, name)[0];
  return value === undefined ? undefined : Buffer.from(value as string);
};

export const textOf = (entry: Entry, name: string): string | undefined => textsOf(entry, name)[0];

export const textsOf = (entry: Entry, name: string): string[] => valuesOf(entry, name).flatMap((value) => asText(value) ?? []);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined for bytes that are no UTF-8. */
export function asText(value: string | Buffer): string | undefined {
  if (typeof value === 'string') return value;
  try {
    return utf8.decode(value);
  } catch {
    return undefined;
  }
}
