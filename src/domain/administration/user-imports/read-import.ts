import { type CsvError, parse } from 'csv-parse/sync';
import type { CustomField } from '../../company/custom-fields/index.ts';
import { nameKey, type PersonalData, type Role, splitName } from '../../people/users/index.ts';

/** Besides the codes of the company's custom fields. `fullName`: instead of the two before it. `groups`: names, with | between them. */
export const importColumns = ['firstName', 'lastName', 'fullName', 'email', 'username', 'role', 'department', 'groups'] as const;
type Column = (typeof importColumns)[number];

/** What columns, roles and answers are called in the languages of the product; the names above work in all of them. */
export type ImportWords = { columns: Record<Column, string[]>; roles: Record<Role, string[]>; yes: string[]; no: string[] };

/** `line` of the file, the first being 1. `hasWholeName`: its name was one. */
export type ImportRow = {
  line: number;
  hasWholeName: boolean;
  person: PersonalData;
  customFields: Record<string, unknown>;
  groups: string[];
};
/** `message` is a message key. Without a line it is about the whole file. */
export type ImportFault = { line?: number; column?: string; message: string; params?: Record<string, unknown> };

/** `headings`: what the file calls each column. */
export type ReadImport = { rows: ImportRow[]; faults: ImportFault[]; headings?: Map<string, string> };

export const mostRows = 20_000;
const mostColumns = 200;

const key = (text: string): string => nameKey(text).replace(/[^\p{L}\p{N}]/gu, '');

/** UTF-8, or what spreadsheets of western Europe and the Americas write instead. */
export function decodeCsv(content: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    text = new TextDecoder('windows-1252').decode(content);
  }
  return text.replaceAll('\0', '');
}

/** Reads a file with a line of column names, with commas, semicolons or tabs between them. Of people nothing is checked here. */
export function readImport(text: string, fields: CustomField[], words: ImportWords): ReadImport {
  let records: { record: string[]; info: { lines: number } }[];
  try {
    const [header = ''] = text.split(/\r?\n/, 1);
    const delimiter = [';', '\t'].find((one) => header.split(one).length > header.split(',').length) ?? ',';
    records = parse(text, { bom: true, delimiter, info: true, relax_column_count: true, skip_empty_lines: true, trim: true }) as never;
  } catch (error) {
    return { rows: [], faults: [{ line: (error as CsvError & { lines?: number }).lines, message: 'fields.csv_malformed' }] };
  }
  const [header, ...lines] = records;
  if (header && header.record.length > mostColumns)
    return { rows: [], faults: [{ line: 1, message: 'fields.csv_wide', params: { most: mostColumns } }] };
  if (!header || lines.length === 0) return { rows: [], faults: [{ message: 'fields.csv_empty' }] };
  if (lines.length > mostRows) return { rows: [], faults: [{ message: 'fields.csv_long', params: { most: mostRows } }] };
  const { columns, faults } = readHeader(header.record, fields, words);
  if (faults.some(({ message }) => message === 'fields.csv_column_missing')) return { rows: [], faults };
  return {
    rows: lines.map(({ record, info }) => readRow(record, info.lines, columns, fields, words)),
    faults,
    headings: headingsOf(header.record, columns),
  };
}

const headingsOf = (names: string[], columns: (string | undefined)[]): Map<string, string> =>
  new Map(columns.flatMap((column, i): [string, string][] => (column ? [[column.replace('custom.', ''), names[i]!]] : [])));

function readHeader(names: string[], fields: CustomField[], words: ImportWords) {
  const known = new Map<string, string>([
    ...fields.map(({ code, label }): [string, string] => [key(label), `custom.${code}`]),
    ...fields.map(({ code }): [string, string] => [key(code), `custom.${code}`]),
    ...importColumns.flatMap((column) => [column, ...words.columns[column]].map((name): [string, string] => [key(name), column])),
  ]);
  const columns = names.map((name) => known.get(key(name)));
  const faults: ImportFault[] = [];
  for (const [i, column] of columns.entries()) {
    if (!column) faults.push({ line: 1, column: names[i], message: 'fields.csv_column_unknown' });
    else if (columns.indexOf(column) < i) faults.push({ line: 1, column: names[i], message: 'fields.csv_column_twice' });
  }
  const isWhole = columns.includes('fullName');
  for (const needed of ['firstName', 'lastName']) {
    if (!isWhole && !columns.includes(needed)) faults.push({ line: 1, column: needed, message: 'fields.csv_column_missing' });
    if (isWhole && columns.includes(needed)) faults.push({ line: 1, column: needed, message: 'fields.csv_column_twice' });
  }
  if (!columns.includes('email') && !columns.includes('username'))
    faults.push({ line: 1, column: 'email', message: 'fields.csv_column_missing' });
  return { columns, faults };
}

function readRow(record: string[], line: number, columns: (string | undefined)[], fields: CustomField[], words: ImportWords): ImportRow {
  const at = (column: string) => record[columns.indexOf(column)]?.trim() ?? '';
  const list = (text: string) =>
    text
      .split('|')
      .map((one) => one.trim())
      .filter(Boolean);
  const is = (text: string, names: string[]) => names.map(key).includes(key(text));
  const role = at('role');
  const hasWholeName = columns.includes('fullName');
  const person: PersonalData = {
    ...(hasWholeName ? splitName(at('fullName')) : { firstName: at('firstName'), lastName: at('lastName') }),
    email: at('email') || undefined,
    username: at('username') || undefined,
    // a word that is no role is told as one (check-import): nobody becomes something by a slip of the pen
    role:
      role === '' || is(role, ['regular', ...words.roles.regular])
        ? 'regular'
        : is(role, ['administrator', ...words.roles.administrator])
          ? 'administrator'
          : (role as Role),
    department: at('department') || undefined,
  };
  const given = fields.filter(({ code }) => columns.includes(`custom.${code}`));
  const customFields = Object.fromEntries(
    given.map(({ code, type }) => {
      const text = at(`custom.${code}`);
      if (type === 'choices') return [code, list(text)];
      if (type === 'boolean')
        return [code, is(text, ['yes', 'true', ...words.yes]) ? 'yes' : is(text, ['no', 'false', ...words.no]) ? 'no' : text];
      return [code, text];
    }),
  );
  return { line, hasWholeName, person, customFields, groups: list(at('groups')) };
}
