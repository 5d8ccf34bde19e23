/** JSON Schema of draft 7, as far as the schema of a configuration goes: a keyword that is not known here is an error. */
export type JsonSchema = Record<string, unknown>;

type Fault = { path: string; keyword: string };
type Check = (limit: never, value: never, at: At) => Fault[] | boolean;
type At = { schema: JsonSchema; path: string; root: JsonSchema };

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
const fits = (schema: unknown, value: unknown, at: At): boolean => faultsOf(schema as JsonSchema, value, at.path, at.root).length === 0;
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
const passed = (): boolean => true;

const checks: Record<string, Check> = {
  ...Object.fromEntries(
    ['$schema', '$id', 'title', 'description', 'default', 'definitions', 'if', 'then', 'contentMediaType'].map((name) => [name, passed]),
  ),
  $ref: (name: string, value, { path, root }) =>
    faultsOf((root.definitions as JsonSchema)[name.split('/').at(-1)!] as JsonSchema, value, path, root),
  type: (type: string | string[], value: unknown) =>
    [type].flat().some((one) => (one === 'integer' ? Number.isInteger(value) : typeOf(value) === one)),
  enum: (words: unknown[], value: unknown) => words.some((one) => same(one, value)),
  const: (word: unknown, value: unknown) => same(word, value),
  minimum: (least: number, value: unknown) => typeof value !== 'number' || value >= least,
  maximum: (most: number, value: unknown) => typeof value !== 'number' || value <= most,
  exclusiveMinimum: (least: number, value: unknown) => typeof value !== 'number' || value > least,
  minLength: (least: number, value: unknown) => !isText(value) || [...value].length >= least,
  maxLength: (most: number, value: unknown) => !isText(value) || [...value].length <= most,
  pattern: (pattern: string, value: unknown) => !isText(value) || new RegExp(pattern, 'u').test(value),
  format: (format: string, value: unknown) => !isText(value) || format !== 'uri' || URL.canParse(value),
  minItems: (least: number, value: unknown) => !Array.isArray(value) || value.length >= least,
  maxItems: (most: number, value: unknown) => !Array.isArray(value) || value.length <= most,
  uniqueItems: (isAsked: boolean, value: unknown) =>
    !isAsked || !Array.isArray(value) || new Set(value.map((one) => JSON.stringify(one))).size === value.length,
  minProperties: (least: number, value: unknown) => !isObject(value) || Object.keys(value).length >= least,
  maxProperties: (most: number, value: unknown) => !isObject(value) || Object.keys(value).length <= most,
  required: (names: string[], value: unknown, { path }) =>
    isObject(value)
      ? names.filter((name) => !Object.hasOwn(value, name)).map((name) => ({ path: `${path}.${name}`, keyword: 'required' }))
      : [],
  items: (items: JsonSchema, value: unknown, { path, root }) =>
    Array.isArray(value) ? value.flatMap((one, index) => faultsOf(items, one, `${path}[${index}]`, root)) : [],
  properties: (properties: Record<string, JsonSchema>, value: unknown, { path, root }) =>
    isObject(value)
      ? Object.entries(properties).flatMap(([name, one]) =>
          Object.hasOwn(value, name) ? faultsOf(one, value[name], `${path}.${name}`, root) : [],
        )
      : [],
  additionalProperties: (others: JsonSchema | boolean, value: unknown, { schema, path, root }) => {
    const known = Object.keys((schema.properties as object | undefined) ?? {});
    const names = isObject(value) ? Object.keys(value).filter((name) => !known.includes(name)) : [];
    return names.flatMap((name) =>
      isObject(others)
        ? faultsOf(others, (value as Record<string, unknown>)[name], `${path}.${name}`, root)
        : others
          ? []
          : [{ path: `${path}.${name}`, keyword: 'additionalProperties' }],
    );
  },
  propertyNames: (names: JsonSchema, value: unknown, { path, root }) =>
    isObject(value) ? Object.keys(value).flatMap((name) => faultsOf(names, name, `${path}.${name}`, root)) : [],
  contains: (one: JsonSchema, value: unknown, at) => !Array.isArray(value) || value.some((item) => fits(one, item, at)),
  not: (one: JsonSchema, value, at) => !fits(one, value, at),
  allOf: (all: JsonSchema[], value, { path, root }) => all.flatMap((one) => faultsOf(one, value, path, root)),
  anyOf: (any: JsonSchema[], value, at) => any.some((one) => fits(one, value, at)),
  oneOf: (any: JsonSchema[], value, at) => any.filter((one) => fits(one, value, at)).length === 1,
};

/** Everything that does not fit; of what is one of several, the place alone. @throws Error for a keyword that is not known */
export function faultsOf(schema: JsonSchema, value: unknown, path = '', root: JsonSchema = schema): Fault[] {
  const at = { schema, path, root };
  const faults = Object.entries(schema).flatMap(([keyword, limit]): Fault[] => {
    const check = checks[keyword];
    if (!check) throw new Error(`The keyword ${keyword} is not known (${path})`);
    const found = check(limit as never, value as never, at);
    return found === true ? [] : found === false ? [{ path, keyword }] : found;
  });
  const applies = schema.if !== undefined && fits(schema.if, value, at);
  return applies ? [...faults, ...faultsOf(schema.then as JsonSchema, value, path, root)] : faults;
}

const typesOf: Record<string, string[]> = {
  array: ['items', 'minItems', 'maxItems', 'contains', 'uniqueItems'],
  string: ['pattern', 'minLength', 'maxLength'],
  number: ['minimum', 'maximum', 'exclusiveMinimum'],
  object: ['properties', 'required', 'additionalProperties', 'propertyNames', 'minProperties', 'maxProperties'],
};

/**
 * What Ajv refuses of a schema in its strict mode: a keyword without its type beside or around it, a key that is required and no property, and formats, which it knows
 * only by another package.
 * @param around the types of the same value that are known
 */
export function laxParts(schema: JsonSchema, path = '', around: string[] = []): string[] {
  const own = schema.type === undefined ? around : [schema.type].flat().map((type) => (type === 'integer' ? 'number' : String(type)));
  const lax = Object.entries(typesOf).flatMap(([type, keywords]) =>
    keywords.flatMap((keyword) => {
      // ajv asks it of keywords for objects in no condition
      const isFree = type === 'object' && around.length === 0 && path !== '';
      return keyword in schema && !own.includes(type) && !isFree ? [`${path} ${keyword} without ${type}`] : [];
    }),
  );
  const {
    required = [],
    properties = {},
    format,
  } = schema as { required?: string[]; properties?: Record<string, JsonSchema>; format?: string };
  const below = (name: string, types: string[]): string[] =>
    [schema[name] ?? []]
      .flat()
      .flatMap((one, index) => (isObject(one) ? laxParts(one, `${path}.${name}${index > 0 ? index : ''}`, types) : []));
  return [
    ...required.filter((name) => !Object.hasOwn(properties, name)).map((name) => `${path} required ${name}`),
    ...lax,
    ...(format === undefined ? [] : [`${path} format`]),
    ...['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then'].flatMap((name) => below(name, own)),
    ...['items', 'additionalProperties', 'contains'].flatMap((name) => below(name, [])),
    ...Object.entries(properties).flatMap(([name, one]) => laxParts(one, `${path}.properties.${name}`)),
  ];
}
