import { z } from 'zod';

// What settings are made of; each says in words of ours what it has to be.

/** A whole number within limits, in words of ours. */
export const whole = (least: number, most: number) => {
  const range = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number({ error: range }).int(range).min(least, range).max(most, range);
};
const notShare = 'must be a number from 0 to 1';
export const share = z.coerce.number({ error: notShare }).min(0, notShare).max(1, notShare);
export const port = whole(0, 65_535);
export const oneOf = <const Values extends [string, ...string[]]>(...values: Values) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });
export const notEmpty = z.string({ error: 'must be set' }).min(1, 'must not be empty');
const list = z
  .union([
    z.array(z.string()),
    z.string().transform((s) =>
      s
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    ),
  ])
  .pipe(z.array(z.string()));
/** A list checked by the parser of its user, so that its errors are reported with all others before anything starts. */
export const readBy = (read: (entries: string[]) => unknown) =>
  list.superRefine((entries, { addIssue }) => {
    try {
      read(entries);
    } catch (error) {
      addIssue((error as Error).message);
    }
  });
export const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((s) => s === 'true')], { error: 'must be true or false' });
const notOrigin = 'must be an origin, such as https://login.example.com, without a path';
export const origin = z
  .url({ protocol: /^https?$/, error: notOrigin, abort: true })
  .refine((s) => ['/', ''].includes(new URL(s).pathname) && !new URL(s).search, notOrigin)
  .transform((s) => new URL(s).origin);

/** As OpenTelemetry writes them (its specification of the OTLP exporter). */
export const readHeaders = (text: string, { addIssue }: z.RefinementCtx): Record<string, string> => {
  const pairs = text.split(',').map((one) => /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*([\x21-\x7e]*)\s*$/.exec(one));
  try {
    return Object.fromEntries(pairs.map((pair) => [pair![1]!, decodeURIComponent(pair![2]!)]));
  } catch {
    addIssue('must be name=value, comma-separated');
    return {};
  }
};
