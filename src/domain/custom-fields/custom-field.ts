import type { FieldErrors } from '../../platform/errors/index.ts';

export const customFieldTypes = ['text', 'number', 'date', 'boolean', 'choice', 'choices'] as const;
export type CustomFieldType = (typeof customFieldTypes)[number];

/** S34: a field of people that a company defines. `code` is what files, claims and attributes call it; it and the type never change. */
export type CustomField = {
  fieldId: string;
  code: string;
  label: string;
  type: CustomFieldType;
  /** What can be chosen; empty for the other types. */
  options: string[];
  isRequired: boolean;
  /** Personal data: exported and erased as such. */
  isPersonal: boolean;
  position: number;
  version: number;
};

/** A date is YYYY-MM-DD; several of a list are an array. */
export type CustomValue = string | number | boolean | string[];
/** By `fieldId`. */
export type CustomValues = Record<string, CustomValue>;

const longestText = 1000;

/** How the field called `code` is named where the fields of a person are listed. */
export const customFieldName = (code: string): string => `custom.${code}`;

/** What is wrong with a definition, by field; empty when nothing is. */
export function checkCustomField({ code, label, type, options }: Pick<CustomField, 'code' | 'label' | 'type' | 'options'>): FieldErrors {
  const errors: FieldErrors = {};
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(code)) errors.code = 'fields.custom_field_code';
  if (!isLine(label, 100)) errors.label = 'fields.name';
  if (!customFieldTypes.includes(type)) errors.type = 'fields.invalid';
  const isChoice = type === 'choice' || type === 'choices';
  if (!isChoice && options.length > 0) errors.options = 'fields.custom_field_no_options';
  if (
    isChoice &&
    (options.length < 1 || options.length > 200 || new Set(options).size < options.length || !options.every((one) => isLine(one, 100)))
  )
    errors.options = 'fields.custom_field_options';
  return errors;
}

/**
 * Reads values as a form or file gives them: text for every type, or the type's own.
 * @param given by `code`; those that are missing are left as they are in `before`, those that are empty are taken away
 * @returns the values to keep, and what is wrong, by `custom.<code>`
 */
export function readCustomValues(
  fields: CustomField[],
  given: Record<string, unknown>,
  before: CustomValues = {},
): { values: CustomValues; errors: FieldErrors } {
  const values: CustomValues = {};
  const errors: FieldErrors = {};
  for (const code of Object.keys(given))
    if (!fields.some((field) => field.code === code)) errors[customFieldName(code)] = 'fields.custom_field_unknown';
  for (const field of fields) {
    const value = Object.hasOwn(given, field.code) ? readValue(field, given[field.code]) : before[field.fieldId];
    if (value === undefined && field.isRequired) errors[customFieldName(field.code)] = 'fields.required';
    else if (value === invalid) errors[customFieldName(field.code)] = faultOf[field.type];
    else if (value !== undefined) values[field.fieldId] = value;
  }
  return { values, errors };
}

const invalid = Symbol('invalid');
const faultOf: Record<CustomFieldType, string> = {
  text: 'fields.custom_text',
  number: 'fields.custom_number',
  date: 'fields.custom_date',
  boolean: 'fields.invalid',
  choice: 'fields.custom_choice',
  choices: 'fields.custom_choice',
};

function readValue(field: CustomField, given: unknown): CustomValue | undefined | typeof invalid {
  if (given === undefined || given === null || given === '' || (Array.isArray(given) && given.length === 0)) return undefined;
  switch (field.type) {
    case 'text':
      return typeof given === 'string' && isLine(given.trim(), longestText) ? given.trim() : invalid;
    case 'number': {
      const text = typeof given === 'number' ? String(given) : given;
      // a decimal comma is what most of our readers type
      const number =
        typeof text === 'string' && /^[+-]?\d{1,15}([.,]\d{1,10})?$/.test(text.trim()) ? Number(text.trim().replace(',', '.')) : Number.NaN;
      return Number.isNaN(number) ? invalid : number;
    }
    case 'date':
      return typeof given === 'string' && isDay(given.trim()) ? given.trim() : invalid;
    case 'boolean':
      if (given === true || given === 'yes' || given === 'true') return true;
      return given === false || given === 'no' || given === 'false' ? false : invalid;
    case 'choice':
      return typeof given === 'string' && field.options.includes(given) ? given : invalid;
    case 'choices': {
      const list = Array.isArray(given) ? given : [given];
      if (!list.every((one) => typeof one === 'string' && field.options.includes(one))) return invalid;
      return field.options.filter((option) => list.includes(option));
    }
  }
}

/** As a protocol tells it: several of a list are several values. */
export const customTexts = (value: CustomValue | undefined): string[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);

const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

const isLine = (text: string, longest: number): boolean =>
  text.length > 0 && text.length <= longest && text === text.trim() && !/[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u.test(text);
