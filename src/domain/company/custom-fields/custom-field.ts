import { type Fault, type FieldErrors, lineRule } from '../../../platform/errors/index.ts';
import { type FieldClaim, fieldClaimNames } from './field-claims.ts';

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
  /** The standard claim of OpenID Connect that it fills, for every application. */
  claim?: FieldClaim;
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

/** For editors. */
export const customFieldRules = { code: { pattern: '^[a-z][a-z0-9_]{0,62}$' }, label: lineRule(100), option: lineRule(100) };

/** The rule that a code breaks, as a message key. */
function customFieldCodeFault(code: string): string | undefined {
  if (!/^[a-z0-9_]+$/.test(code)) return 'fields.custom_field_code';
  if (!/^[a-z]/.test(code)) return 'fields.custom_field_code_start';
  if (code.length > 63) return 'fields.code_long';
  // every object has one of that name already
  return code in {} ? 'fields.custom_field_code_taken_by_us' : undefined;
}

/** What is wrong with a definition, by field; empty when nothing is. */
export function checkCustomField({
  code,
  label,
  type,
  options,
  claim,
}: Pick<CustomField, 'code' | 'label' | 'type' | 'options' | 'claim'>): FieldErrors {
  const errors: FieldErrors = {};
  const codeBreaks = customFieldCodeFault(code);
  if (codeBreaks) errors.code = codeBreaks;
  if (!isLine(label, 100)) errors.label = 'fields.name';
  if (!customFieldTypes.includes(type)) errors.type = 'fields.invalid';
  const isChoice = type === 'choice' || type === 'choices';
  if (!isChoice && options.length > 0) errors.options = 'fields.custom_field_no_options';
  if (
    isChoice &&
    (options.length < 1 || options.length > 200 || new Set(options).size < options.length || !options.every((one) => isLine(one, 100)))
  )
    errors.options = 'fields.custom_field_options';
  // all of them are texts (OpenID Connect Core §5.1)
  if (claim !== undefined && !(fieldClaimNames.includes(claim) && ['text', 'choice', 'date'].includes(type)))
    errors.claim = 'fields.custom_field_claim';
  return errors;
}

/**
 * Reads values as a form or file gives them: text for every type, or the type's own.
 * @param given by `code`; those that are missing are left as they are in `before`, those that are empty are taken away
 * @returns the values to keep, and what is wrong, by `customFields.<code>`; `faults` say the same more closely
 */
export function readCustomValues(
  fields: CustomField[],
  given: Record<string, unknown>,
  before: CustomValues = {},
): { values: CustomValues; errors: FieldErrors; faults: Fault[] } {
  const values: CustomValues = {};
  const errors: FieldErrors = {};
  const faults: Fault[] = [];
  const refuse = (code: string, message: string, { options = [] }: Partial<CustomField> = {}): void => {
    errors[`customFields.${code}`] = message;
    const told = options.length > 0 ? { message: 'fields.one_of', params: { allowed: options.join(', ') } } : { message };
    faults.push({ path: ['customFields', code], ...told });
  };
  for (const code of Object.keys(given)) if (!fields.some((field) => field.code === code)) refuse(code, 'fields.custom_field_unknown');
  for (const field of fields) {
    const value = Object.hasOwn(given, field.code) ? readValue(field, given[field.code], before[field.fieldId]) : before[field.fieldId];
    if (value === undefined && field.isRequired) refuse(field.code, 'fields.required');
    else if (value === invalid) refuse(field.code, faultOf[field.type], field);
    else if (value !== undefined) values[field.fieldId] = value;
  }
  return { values, errors, faults };
}

const invalid = Symbol('invalid');
const faultOf: Record<CustomFieldType, string> = {
  text: 'fields.custom_text',
  number: 'fields.custom_number',
  date: 'fields.custom_date',
  boolean: 'fields.type_boolean',
  choice: 'fields.custom_choice',
  choices: 'fields.custom_choice',
};

/** @param before what the person has: an option that the list has lost since may stay */
function readValue(field: CustomField, given: unknown, before: CustomValue | undefined): CustomValue | undefined | typeof invalid {
  if (given === undefined || given === null || given === '' || (Array.isArray(given) && given.length === 0)) return undefined;
  switch (field.type) {
    case 'text':
      // YAML reads 4711 as a number
      return typeof given !== 'object' && isLine(String(given).trim(), longestText) ? String(given).trim() : invalid;
    case 'number': {
      // a decimal comma is what most of our readers type
      const text = typeof given === 'number' ? String(given) : given;
      const plain = typeof text === 'string' && /^[+-]?\d+([.,]\d+)?$/.test(text.trim()) ? text.trim().replace(',', '.') : '';
      // fifteen digits come back as they were written, and never as 1e-7
      const isFit = plain !== '' && plain.replace(/\D/g, '').length <= 15 && !String(Number(plain)).includes('e');
      return isFit ? Number(plain) : invalid;
    }
    case 'date':
      return typeof given === 'string' && isDay(given.trim()) ? given.trim() : invalid;
    case 'boolean':
      if (given === true || given === 'yes' || given === 'true') return true;
      return given === false || given === 'no' || given === 'false' ? false : invalid;
    case 'choice':
      return typeof given === 'string' && (given === before || field.options.includes(given)) ? given : invalid;
    case 'choices': {
      const list = Array.isArray(given) ? given : [given];
      const options = [...new Set([...field.options, ...(Array.isArray(before) ? before : [])])];
      return list.every((one) => options.includes(one)) ? options.filter((option) => list.includes(option)) : invalid;
    }
  }
}

/** As a protocol tells it: several of a list are several values. */
export const customTexts = (value: CustomValue | undefined): string[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);

const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

const isLine = (text: string, longest: number): boolean =>
  text.length <= longest &&
  text === text.trim() &&
  /[\p{L}\p{N}\p{P}\p{S}]/u.test(text) &&
  !/[\p{Cc}\p{Cs}\p{Cn}\u202A-\u202E\u2066-\u2069]/u.test(text);
