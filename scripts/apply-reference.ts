// Prints docs/apply.md: every key of the file of `portaria apply`. `--write` puts it there, and docs/apply.schema.json, which editors read; a test keeps both equal.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { describedFile } from '../src/domain/administration/configuration/index.ts';
import { descriptions } from './apply-descriptions.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
export const [page, schemaFile] = ['docs/apply.md', 'docs/apply.schema.json'];
/** The same, where the server finds it: the image has no docs. */
export const servedSchemaFile = 'views/schemas/configuration.v1.json';

type Schema = z.core.JSONSchema.BaseSchema;

const isObject = (schema: unknown): schema is Schema => typeof schema === 'object' && schema !== null;

/** What null ends has its keys one level deeper. */
const isEnded = /\.applications\[\]\.(oidc|saml)$/;

/** Every key below `schema` with its path, in order; `seen` gets it before what is below it. */
function walk(schema: Schema, seen: (path: string, key: Schema, isNeeded: boolean) => void, path = ''): void {
  if (isObject(schema.items)) walk(schema.items as Schema, seen, `${path}[]`);
  // keys or null
  for (const one of schema.anyOf ?? []) if (isObject(one)) walk(one as Schema, seen, path);
  for (const [name, key] of Object.entries(schema.properties ?? {})) {
    if (!isObject(key)) continue;
    const below = path ? `${path}.${name}` : name;
    seen(below, key, schema.required?.includes(name) === true);
    walk(isEnded.test(below) ? (key.anyOf!.find((one) => isObject(one) && one.properties) as Schema) : key, seen, below);
  }
}

/** JSON Schema of draft 7, which editors know best. `isText`: a number may be given as a text, and so by a reference. */
const schemaOfFile = (): Marked =>
  z.toJSONSchema(describedFile, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (isNumber(jsonSchema) && zodSchema instanceof z.ZodPipe) jsonSchema.isText = true;
      // of a text that is trimmed first, the spaces around it are nobody's fault
      if (isTrimmed(zodSchema) && /^\^(?!\\s\*|\(\?:).*\$$/.test(jsonSchema.pattern ?? ''))
        jsonSchema.pattern = `^\\s*(?:${jsonSchema.pattern!.slice(1, -1)})\\s*$`;
      // the pattern beside it says the same, and not every validator knows formats
      if (jsonSchema.pattern !== undefined) delete jsonSchema.format;
      // zod leaves it out where something in it may be given as a text
      if (zodSchema instanceof z.ZodDefault) jsonSchema.default ??= zodSchema.def.defaultValue;
    },
  });

const isTrimmed = (schema: unknown): boolean => {
  const { checks = [] } = (schema as z.ZodType).def as { checks?: { _zod: { def: { check: string } } }[] };
  return checks.some(({ _zod }) => _zod.def.check === 'overwrite');
};

/** What is marked so by the schema of the file: below it null brings defaults back. */
type Marked = Schema & { isText?: true; nullIsDefault?: boolean };

const isNumber = ({ type }: Schema): boolean => type === 'number' || type === 'integer';

/** What limits a text: a reference stands in its place as it is, and leads to what the limit is about. */
const limits = ['pattern', 'format', 'minLength', 'maxLength', 'enum', 'const'] as const;

/** The same, and null. */
function orNull(schema: Schema): Schema {
  if (schema.anyOf) return { ...schema, anyOf: [...schema.anyOf.filter((one) => !isNull(one)), { type: 'null' }] };
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] as never };
  return schema;
}

const isNull = (schema: unknown): boolean => isObject(schema) && schema.type === 'null';

/** The schema with null wherever it brings a default back: not in lists, which are as they are written. @param isBelow whether all of it is below such keys */
function withNulls(schema: Marked, isBelow = false): Schema {
  const { nullIsDefault = isBelow, ...own } = schema;
  const inner = (one: unknown): unknown => (isObject(one) ? withNulls(one, nullIsDefault) : one);
  const key = (name: string, one: unknown): unknown =>
    nullIsDefault && isObject(one) && (one as Marked).nullIsDefault !== false && !own.required?.includes(name)
      ? orNull(inner(one) as Schema)
      : inner(one);
  const { properties, additionalProperties: others, anyOf, items } = own;
  return {
    ...own,
    ...(properties ? { properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, key(name, one)])) } : {}),
    ...(isObject(others) ? { additionalProperties: key('', others) } : {}),
    ...(anyOf ? { anyOf: anyOf.map(inner) } : {}),
    ...(isObject(items) ? { items: withNulls(items) } : {}),
  } as Schema;
}

/** The schema with references wherever `apply` takes one. */
function withReferences(schema: Marked): Schema {
  const { isText, ...own } = schema;
  const below = (value: unknown, name: string): unknown => {
    if (name === 'properties' || name === 'definitions') return mapValues(value as object, (one) => withReferences(one as Schema));
    if (Array.isArray(value) && ['anyOf', 'oneOf'].includes(name)) return value.map((one) => withReferences(one as Schema));
    return (name === 'items' || name === 'additionalProperties') && isObject(value) ? withReferences(value) : value;
  };
  const inner = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, below(value, name)])) as Schema;
  const isLimited = own.type === 'string' && limits.some((one) => own[one] !== undefined);
  if (!isText && !isLimited) return inner;
  const { description, default: standard, ...limited } = inner;
  const told = { ...(description === undefined ? {} : { description }), ...(standard === undefined ? {} : { default: standard }) };
  return { ...told, anyOf: [limited, ...(isText ? [inQuotes] : []), { $ref: '#/definitions/reference' }] };
}

const inQuotes: Schema = { type: 'string', pattern: '^\\s*-?\\d{1,15}\\s*$' };

/** Validators that are strict want a type beside what is said of lists, and every key that is required among the properties. */
function forStrict(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forStrict);
  if (!isObject(value)) return value;
  const inner = mapValues(value, forStrict) as Schema;
  const isOfList = !inner.type && ['minItems', 'maxItems', 'contains'].some((one) => one in inner);
  if (isOfList) return { type: ['array', 'null'], ...inner };
  // of keys that are called so the word is no keyword
  if (!Array.isArray(inner.required)) return inner;
  const named = Object.fromEntries(inner.required.map((key) => [key, {}]));
  return { ...inner, properties: { ...named, ...inner.properties } };
}

const mapValues = (value: object, work: (one: unknown) => unknown): object =>
  Object.fromEntries(Object.entries(value).map(([key, one]) => [key, work(one)]));

const reference = { type: 'string', pattern: '\\$\\{(env|file):[^}]+\\}', description: 'A reference in a text.' };

/** Paths of all keys that `apply` reads. */
export function applyKeys(): string[] {
  const keys: string[] = [];
  walk(schemaOfFile(), (path) => keys.push(path));
  return keys;
}

export function applySchema(): string {
  const schema = schemaOfFile();
  schema.$id = 'urn:portaria:configuration:v1';
  schema.title = 'What `portaria apply` reads';
  walk(schema, (path, key) => {
    key.description = descriptions[path];
  });
  // a validator need not read patterns as Unicode, and would refuse every text
  const portable = (key: string, value: unknown) => (key === 'pattern' && /\\p\{/i.test(String(value)) ? undefined : value);
  const whole = forStrict({ ...withNulls(withReferences(schema)), definitions: { reference } });
  return `${JSON.stringify(whole, portable, 2)}\n`;
}

const names: Record<string, string> = {
  string: 'text',
  boolean: '`true`, `false`',
  integer: 'number',
  number: 'number',
  array: 'list',
  null: '`null`',
};

function takes(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.anyOf) return schema.anyOf.map((one) => takes(one as Schema)).join(' or ');
  if (schema.type === 'array') {
    const items = isObject(schema.items) ? (schema.items as Schema) : {};
    if (items.type === 'integer') return 'list of numbers';
    return items.properties || items.type === 'object' ? 'list' : items.enum ? `list of ${takes(items)}` : 'list of texts';
  }
  if (schema.pattern?.startsWith('^custom')) return '`custom.CODE`';
  return [schema.type ?? '']
    .flat()
    .map((type) => names[type] ?? 'keys')
    .join(' or ');
}

const titles: Record<string, string> = {
  '': 'The file',
  'contexts[]': 'A company',
  'contexts[].policy': 'The sign-in policy',
  'contexts[].policy.overrides[]': 'What a group, an application or a role is stricter about',
  'contexts[].customFields[]': 'A custom field',
  'contexts[].users[]': 'A person',
  'contexts[].groups[]': 'A group',
  'contexts[].applications[]': 'An application',
  'contexts[].applications[].oidc': 'An application by OpenID Connect',
  'contexts[].applications[].saml': 'An application by SAML 2.0',
  'contexts[].apis[]': 'An API',
};

/** The section of a key is the longest path that leads to it; the rest is its name there. */
function placeOf(path: string): [section: string, name: string] {
  const section = Object.keys(titles)
    .filter((title) => title === '' || path.startsWith(`${title}.`))
    .sort((a, b) => b.length - a.length)[0]!;
  return [section, section ? path.slice(section.length + 1) : path];
}

export function applyPage(): string {
  const rows = new Map(Object.keys(titles).map((section): [string, string[]] => [section, []]));
  walk(schemaOfFile(), (path, key, isNeeded) => {
    const [section, name] = placeOf(path);
    const isEmpty = key.default === undefined || typeof key.default === 'object' || key.default === '';
    const standard = isNeeded ? '**needed**' : isEmpty ? '' : `\`${String(key.default)}\``;
    rows.get(section)!.push(`| \`${name}\` | ${takes(key)} | ${standard} | ${descriptions[path] ?? 'no text'} |`);
  });
  const sections = [...rows].map(
    ([section, lines]) =>
      `## ${titles[section]}\n\n${section ? `\`${section}\`\n\n` : ''}| key | takes | default | what it is |\n|---|---|---|---|\n${lines.join('\n')}\n`,
  );
  return `# The file of \`portaria apply\`: every key

An example and the rules are in the [guide for operators](operators.md#companies-from-a-file). Editors complete and check the file by [apply.schema.json](apply.schema.json): begin a YAML file with
\`# yaml-language-server: $schema=docs/apply.schema.json\`, or give JSON the key \`$schema\`. A server has the schema of its own version at \`/schemas/configuration/v1.json\`, as an export names it.

Any text may have references: \`\${env:NAME}\` is an environment variable of whoever runs \`apply\`, \`\${file:PATH}\` the content of a file beside this one. \`$\${\` is a \`\${\` that means itself. This page and the schema are generated from the sources: \`npm run generate\`.

Whoever applies a file that nobody has reviewed lets it read whatever the process may read: every variable and file that it names can end up in a company. The server's own settings and its data folder are left out by their names and paths; a copy of \`master.key\` elsewhere, or a hard link to it, is a file like any other. \`--plan\` and \`--dry-run\` print the references of the file, never what they lead to.

Where it is said of keys that \`null\` brings a default back, each of them takes \`null\` as well, though it is not repeated below. Companies may take each other's addresses in one file, in any order.

\`portaria export\` writes such a file. While a change to the sign-in policy is on trial in the console, the file has the confirmed rules, which come back if nobody confirms the change, and a line on standard error says so.

${sections.join('\n')}`;
}

if (import.meta.main) {
  if (process.argv.includes('--write')) {
    writeFileSync(root + page, applyPage());
    for (const file of [schemaFile, servedSchemaFile]) writeFileSync(root + file, applySchema());
  } else process.stdout.write(applyPage());
}
