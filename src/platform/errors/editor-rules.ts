import { z } from 'zod';

// What JSON Schema can say of texts that a function judges, for `meta`: editors are told it, our own reading leaves it out. Each stands beside its check,
// and takes all that the check takes.

const control = '\\u0000-\\u001f\\u007f-\\u009f';
const invisible = `${control}\\u00ad\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff`;

const trimmed = (without: string, most: number): string => `^\\s*[^\\s${without}](?:[^${without}]{0,${most - 2}}[^\\s${without}])?\\s*$`;

/** One line, such as a name. */
export const lineRule = (most: number) => ({ pattern: trimmed(invisible, most) });

/** The same, and nothing. */
export const maybeLineRule = (most: number) => ({ pattern: `^\\s*$|${trimmed(control, most)}` });

/** Something besides spaces. */
export const wordsRule = { pattern: '\\S' };

/** Without spaces and what cannot be seen. */
export const wordRule = { pattern: `^\\s*[^\\s${invisible}]+\\s*$` };

/** An address of the web whose host is named, without user and password. */
export const webAddressRule = { pattern: '^https?://[^/?#@\\s\\\\*]+(?:[/?][^\\s\\\\*#]*)?$' };

/** What editors are told of a schema of ours, for another that stands for it. */
export const ruleOf = (schema: z.ZodType): Record<string, unknown> => z.globalRegistry.get(schema) ?? {};
