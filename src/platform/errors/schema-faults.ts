import type { z } from 'zod';
import type { Fault } from './app-error.ts';
import { closestOf } from './closest.ts';

type Schema = z.ZodType & { def: Record<string, unknown> & { type: string } };
type Params = NonNullable<Fault['params']>;
type Issue = z.core.$ZodIssue;

/** What stands in no schema of ours by itself: behind defaults, transformations and the like. */
function plainOf(schema: Schema): Schema {
  const { innerType, in: before, out } = schema.def as Record<string, Schema | undefined>;
  // of what is made fit first the schema comes behind it
  const inner = innerType ?? (before?.def.type === 'transform' ? out : before);
  return inner ? plainOf(inner) : schema;
}

const choicesOf = (schema: Schema): Schema[] => {
  const plain = plainOf(schema);
  return plain.def.type === 'union' ? (plain.def.options as Schema[]).flatMap(choicesOf) : [plain];
};

/** The schemas of what is called so, of all the choices that there are. */
const below = (schemas: Schema[], key: PropertyKey): Schema[] =>
  schemas.flatMap(({ def }) => {
    const { type } = def;
    const shape = def.shape as Record<PropertyKey, Schema> | undefined;
    const found = type === 'object' ? shape?.[key] : type === 'array' ? def.element : type === 'record' ? def.valueType : undefined;
    return found ? choicesOf(found as Schema) : [];
  });

const schemasAt = (schema: z.ZodType, path: readonly PropertyKey[]): Schema[] => path.reduce(below, choicesOf(schema as Schema));

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], input);

/** The names that keys can have there. */
function namesIn({ def }: Schema): string[] {
  if (def.type === 'object') return Object.keys(def.shape as object);
  return ((def.keyType as { options?: string[] } | undefined)?.options ?? []).map(String);
}

const words: Record<string, string> = {
  string: 'fields.type_text',
  number: 'fields.type_number',
  int: 'fields.type_number',
  boolean: 'fields.type_boolean',
  array: 'fields.type_list',
  object: 'fields.type_keys',
  record: 'fields.type_keys',
};

/** Both ends of a number's range, as far as it has them. */
function rangeOf(schemas: Schema[]): { message: string; params: Params } | undefined {
  const number = schemas.find(({ def }) => def.type === 'number') as (Schema & { minValue: number; maxValue: number }) | undefined;
  if (!number) return undefined;
  const { minValue: least, maxValue: most } = number;
  const isOpen = [least, most].some((end) => end === null || Math.abs(end) >= Number.MAX_SAFE_INTEGER);
  return isOpen ? undefined : { message: 'fields.number_between', params: { least, most } };
}

function ruleOf(issue: Issue, schemas: Schema[]): { message: string; params?: Params } {
  if (issue.code === 'invalid_type' || ('origin' in issue && (issue.origin === 'number' || issue.origin === 'int'))) {
    const range = rangeOf(schemas);
    if (range) return range;
  }
  switch (issue.code) {
    case 'invalid_type':
      return { message: words[issue.expected] ?? 'fields.invalid' };
    case 'invalid_value':
      return { message: 'fields.one_of', params: { allowed: issue.values.join(', ') } };
    case 'too_big':
      return { message: issue.origin === 'array' ? 'fields.list_most' : 'fields.text_most', params: { most: Number(issue.maximum) } };
    case 'too_small':
      return { message: 'fields.required' };
    default:
      return { message: 'fields.invalid' };
  }
}

/** Too vague for somebody who sees no form. */
const vague = new Set(['fields.number_range', 'fields.name', 'fields.text_long', 'fields.too_long', 'fields.invalid']);

/** Per object; with more unknown keys than this it is probably a different kind of file. */
const mostUnknown = 20;

function faultsOf(issue: Issue, schema: z.ZodType, input: unknown): Fault[] {
  const path = [...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const known = [...new Set(schemasAt(schema, path).flatMap(namesIn))];
    const told = issue.keys.slice(0, mostUnknown).map((key): Fault => {
      const near = closestOf(known, key);
      if (near) return { path: [...path, key], message: 'fields.key_misspelt', params: { near } };
      return { path: [...path, key], message: 'fields.key_unknown', params: { known: known.join(', ') } };
    });
    const number = issue.keys.length - told.length;
    return number > 0 ? [...told, { path, message: 'fields.keys_unknown', params: { number } }] : told;
  }
  if (valueAt(input, path) === undefined && issue.code !== 'custom') return [{ path, message: 'fields.key_missing' }];
  if (issue.code === 'invalid_union') {
    const options = (issue as { options?: readonly unknown[] }).options;
    if (options) return [{ path, message: 'fields.one_of', params: { allowed: options.join(', ') } }];
    // what was meant is the choice that fits best
    const [closest = []] = issue.errors.toSorted((a, b) => depth(b) - depth(a));
    const inner = closest.map((one) => ({ ...one, path: [...path, ...one.path] }) as Issue);
    return inner.flatMap((one) => faultsOf(one, schema, input));
  }
  const own = issue.message.startsWith('fields.') ? issue.message : undefined;
  const params = (issue as { params?: Params }).params;
  if (own && !vague.has(own)) return [{ path, message: own, params }];
  const schemas = schemasAt(schema, path);
  const isOfLength = issue.code === 'custom' && params?.most !== undefined;
  if (isOfLength) return [{ path, message: own === 'fields.name' ? 'fields.line_most' : 'fields.text_most', params }];
  return [{ path, ...ruleOf(issue, schemas) }];
}

const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length));

/**
 * Every fault of an input that a schema refused: where it is, and the rule with its limits and words, as somebody needs it who sees no form.
 * @param input as it was given to the schema
 */
export const schemaFaults = (error: z.ZodError, schema: z.ZodType, input: unknown): Fault[] =>
  error.issues.flatMap((issue) => faultsOf(issue, schema, input));
