import { z } from 'zod';
import { type SourceField, sourceField } from './source-field.ts';

/** A text with fields in it: `{firstName} {lastName}`. `{group:AWS-}` is, for each group whose name begins so, the rest of its name. */
type Part = { text: string } | { field: SourceField; prefix: string };

const placeholder = /\{([^{}]*)\}/g;
const mostValues = 500;

/** @returns undefined for a text that is no template */
function partsOf(template: string): Part[] | undefined {
  const parts: Part[] = [];
  let at = 0;
  for (const { 0: whole, 1: inside = '', index } of template.matchAll(placeholder)) {
    const [name = '', ...prefix] = inside.split(':');
    const field = sourceField.safeParse(name === 'group' ? 'groupNames' : name);
    if (!field.success || (prefix.length > 0 && name !== 'group')) return undefined;
    parts.push({ text: template.slice(at, index) }, { field: field.data, prefix: prefix.join(':') });
    at = index + whole.length;
  }
  parts.push({ text: template.slice(at) });
  const isClean = parts.every((part) => 'field' in part || !/[{}]/.test(part.text));
  return isClean && parts.length > 1 ? parts : undefined;
}

export const template = z
  .string()
  .trim()
  .max(1000)
  .refine((text) => partsOf(text) !== undefined, 'fields.template')
  .meta({ pattern: '^[^{}]*(?:\\{[^{}]+\\}[^{}]*)+$' });

/** The fields of which a template is made. */
export const templateFields = (text: string): SourceField[] =>
  (partsOf(text) ?? []).flatMap((part) => ('field' in part ? [part.field] : []));

/**
 * The values of a template: one for each value of a field that has several, such as groups. A single field without a value leaves a gap;
 * where none has a value, or there is no such group, there is no value.
 * @param most of the values made: several fields with several values multiply
 */
export function fillTemplate(text: string, valuesOf: (field: SourceField) => string[], most = mostValues): string[] {
  let made: { text: string; isFilled: boolean }[] = [{ text: '', isFilled: false }];
  for (const part of partsOf(text) ?? []) {
    if ('text' in part) {
      made = made.map((one) => ({ ...one, text: one.text + part.text }));
      continue;
    }
    const isGroup = part.field === 'groupNames' || part.field === 'groupIds';
    const found = valuesOf(part.field).filter((value) => value.startsWith(part.prefix) && value.length > part.prefix.length);
    const values = found.length > 0 || isGroup ? found.map((value) => value.slice(part.prefix.length)) : [''];
    made = made
      .flatMap((one) => values.map((value) => ({ text: one.text + value, isFilled: one.isFilled || value !== '' })))
      .slice(0, most);
  }
  return [...new Set(made.filter(({ isFilled }) => isFilled).map((one) => one.text.trim()))];
}
