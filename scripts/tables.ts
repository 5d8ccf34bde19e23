// src/domain/tables.ts: the rows of every table, as test/migrations/schema.sql has them. dump-schema.ts writes both.
export const tablesFile = new URL('../src/domain/tables.ts', import.meta.url);

/** What the driver gives for a column of this type; a day has no time zone, so it stays the text it is. JSON is typed by whoever reads it. */
const typeOf: Record<string, string> = {
  bigint: 'number',
  boolean: 'boolean',
  bytea: 'Buffer',
  date: 'string',
  integer: 'number',
  jsonb: 'unknown',
  text: 'string',
  'text[]': 'string[]',
  'timestamp with time zone': 'Date',
  uuid: 'string',
};

/** Ids that the domain tells apart, by the name of the column. */
const brands: Record<string, string> = {
  agent_id: 'AgentId',
  api_id: 'ApiId',
  application_id: 'ApplicationId',
  context_id: 'ContextId',
  directory_id: 'DirectoryId',
  directory_request_id: 'DirectoryRequestId',
  group_id: 'GroupId',
  operation_id: 'OperationId',
  paired_context_id: 'ContextId',
  promotion_id: 'PromotionId',
  request_id: 'RequestId',
  requested_by: 'UserId',
  run_id: 'RunId',
  session_id: 'SessionId',
  undoes_run_id: 'RunId',
  undone_by_run_id: 'RunId',
  user_id: 'UserId',
};

const column =
  /^ {2}(\w+) (bigint|boolean|bytea|date|integer|jsonb|text\[\]|text|timestamp with time zone|uuid)( NOT NULL)?( DEFAULT .*?)?,?$/;
const check = /^ {2}CHECK \(\((\w+) = ANY \(ARRAY\[(.*)\]\)\)\)/;

/** As the formatter has it: on one line of at most 140, else a line each. */
const union = (names: string[]): string => {
  const line = names.join(' | ') || 'never';
  return line.length + 5 <= 140 ? line : names.map((name) => `| ${name}`).join('\n    ');
};

/** @throws Error naming a line that is none of a table's */
function readTable(name: string, lines: string[]): string {
  const choices = new Map(
    lines.flatMap((line): [string, string][] => {
      const [, of = '', list = ''] = check.exec(line) ?? [];
      return of ? [[of, [...list.matchAll(/'([^']*)'::text/g)].map(([, value]) => `'${value}'`).join(' | ')]] : [];
    }),
  );
  const columns = lines.flatMap((line) => {
    const found = column.exec(line);
    if (!found && !/^ {2}(PRIMARY|FOREIGN|UNIQUE|CHECK)/.test(line)) throw new Error(`${name}: ${line}`);
    if (!found) return [];
    const [, key = '', type = '', required, fallback] = found;
    const base = choices.get(key) ?? brands[key] ?? typeOf[type]!;
    return [
      {
        key,
        type: required || type === 'jsonb' ? base : `${base} | null`,
        isOptional: !required || fallback !== undefined,
        isJson: type === 'jsonb',
      },
    ];
  });
  const rows = columns.map(({ key, type }) => `      ${key}: ${type};\n`).join('');
  const optional = columns.filter(({ isOptional }) => isOptional).map(({ key }) => `'${key}'`);
  const json = columns.filter(({ isJson }) => isJson).map(({ key }) => `'${key}'`);
  return `  ${name}: Table<\n    {\n${rows}    },\n    ${union(optional)},\n    ${union(json)}\n  >;\n`;
}

/** @returns the text of `tablesFile`. @param schema the text of schema.sql */
export function writeTables(schema: string): string {
  const tables = [...schema.matchAll(/^CREATE (?:UNLOGGED )?TABLE (\w+) \(\n(.*?)\n\)/gms)].map(([, name = '', body = '']) =>
    readTable(name, body.split('\n')),
  );
  const names = [...new Set(Object.values(brands))].sort();
  const ids = names.map((name) => `\n  ${name},`).join('');
  return `// Made by scripts/dump-schema.ts from test/migrations/schema.sql: do not edit. How rows are used: rows.ts.
import type {${ids}
} from './scope.ts';

/** Of a table: its rows, which columns a new row may leave out, and which hold JSON. */
export type Table<Columns, Optional extends keyof Columns, Json extends keyof Columns> = { row: Columns; optional: Optional; json: Json };

export type Tables = {
${tables.join('')}};
`;
}
