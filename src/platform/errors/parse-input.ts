import { z } from 'zod';
import { type FieldErrors, invalidInput } from './app-error.ts';
import { lineRule, maybeLineRule } from './editor-rules.ts';
import { schemaFaults } from './schema-faults.ts';

/** A message of ours is a key of the texts; any other comes of a type that no form can send. */
const keyOf = (message: string): string => (message.startsWith('fields.') ? message : 'fields.invalid');

/**
 * A message key for each field that does not fit; several faults of one field count as one.
 * @param by `field`: the first step of the path names the field; `path`: all steps do, as in `links.help`
 */
export function inputFaults(error: z.ZodError, by: 'field' | 'path' = 'field'): FieldErrors {
  const faults: FieldErrors = {};
  for (const issue of error.issues) {
    const name = by === 'path' ? issue.path.join('.') : String(issue.path[0] ?? '');
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) faults[by === 'path' && name ? `${name}.${key}` : key] = 'fields.unknown';
    else faults[name] = keyOf(issue.message);
  }
  return faults;
}

/** Reads what a form, a file or a program gave. @throws AppError invalid_input with a message key for each field that does not fit */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown, by?: 'field' | 'path'): T {
  const parsed = schema.safeParse(input);
  if (!parsed.success) throw invalidInput(inputFaults(parsed.error, by), undefined, () => schemaFaults(parsed.error, schema, input));
  return parsed.data;
}

/** Forms send numbers as text. Of digits alone: an empty text, a list or 0x10 is no number, though JavaScript makes one of it. */
export const fromDigits = (value: unknown): unknown =>
  typeof value === 'string' && /^\s*-?\d{1,15}\s*$/.test(value) ? Number(value) : value;

const range = 'fields.number_range';

/** A whole number within limits, as a form or a file gives it. */
export const whole = (least: number, most: number) =>
  z.preprocess(fromDigits, z.number(range).int(range).min(least, range).max(most, range));

/** A short name for files and addresses: lowercase letters, digits and hyphens inside, at most 63; each rule has its own message. */
export const codeText = z
  .string()
  .regex(/^[a-z0-9-]+$/, 'fields.code')
  .regex(/^[^-](.*[^-])?$/, 'fields.code_ends')
  .max(63, 'fields.code_long');

/** The rule of a code that is broken first, as a message key. */
export const codeFault = (code: string): string | undefined => codeText.safeParse(code).error?.issues[0]?.message;

/** One line, such as a name: trimmed, not empty, at most so many characters, none that is invisible. */
export const lineOf = (longest: number) =>
  z
    .string()
    .trim()
    .refine((line) => !/[\p{C}\p{Zl}\p{Zp}]/u.test(line), 'fields.hidden_characters')
    .refine((line) => line.length > 0 && line.length <= longest, { message: 'fields.name', params: { most: longest } })
    .meta(lineRule(longest));

/** Text that may be empty, such as a description: trimmed, at most so many characters, without control characters. */
export const textOf = (longest: number) =>
  z
    .string()
    .trim()
    .refine((text) => !/\p{Cc}/u.test(text), 'fields.text_line')
    .refine((text) => text.length <= longest, { message: 'fields.too_long', params: { most: longest } })
    .meta(maybeLineRule(longest));
