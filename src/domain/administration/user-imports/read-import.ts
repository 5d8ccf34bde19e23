import type { CustomField } from '../../company/custom-fields/index.ts';
import { loginKey, nameKey, type PersonalData, type Role, splitName, tidyPerson } from '../../people/users/index.ts';
import { type CsvLine, readCsv } from './read-csv.ts';

/** Besides the codes of the company's custom fields. `fullName`: instead of the two before it. `groups`: names, with | between them. */
export const importColumns = ['firstName', 'lastName', 'fullName', 'email', 'username', 'role', 'department', 'groups'] as const;
/** What the file of people that we write has besides: what somebody signs in with, and what is not taken over. */
const exportColumns = ['identifier', 'status'] as const;
type Column = (typeof importColumns | typeof exportColumns)[number];

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

/** `headings`: what the file calls each column. `unused`: columns that are known and not taken over. */
export type ReadImport = { rows: ImportRow[]; faults: ImportFault[]; headings?: Map<string, string>; unused: string[] };

export const mostRows = 20_000;
const mostColumns = 200;

const key = (text: string): string => nameKey(text).replace(/[^\p{L}\p{N}]/gu, '');

/** Reads a file with a line of column names (read-csv). Of people nothing is checked here. */
export function readImport(text: string, fields: CustomField[], words: ImportWords): ReadImport {
  const nobody = { rows: [], unused: [] };
  const found = readCsv(text);
  if (!Array.isArray(found)) return { ...nobody, faults: [{ line: found.line, message: 'fields.csv_malformed' }] };
  const [header, ...lines] = found;
  if (header && header.cells.length > mostColumns)
    return { ...nobody, faults: [{ line: header.line, message: 'fields.csv_wide', params: { most: mostColumns } }] };
  if (!header || lines.length === 0) return { ...nobody, faults: [{ message: 'fields.csv_empty' }] };
  if (lines.length > mostRows) return { ...nobody, faults: [{ message: 'fields.csv_long', params: { most: mostRows } }] };
  const { columns, faults } = readHeader(header, lines, fields, words);
  if (faults.some(({ message }) => message === 'fields.csv_column_missing')) return { ...nobody, faults };
  return {
    rows: lines.map((line) => readRow(line, columns, fields, words)),
    faults,
    headings: headingsOf(header.cells, columns),
    unused: header.cells.filter((_, i) => columns[i] === 'status'),
  };
}

function headingsOf(names: string[], columns: (string | undefined)[]): Map<string, string> {
  const headings = new Map(
    columns.flatMap((column, i): [string, string][] => (column ? [[column.replace('custom.', ''), names[i]!]] : [])),
  );
  const identifier = headings.get('identifier');
  for (const login of ['email', 'username']) if (identifier !== undefined && !headings.has(login)) headings.set(login, identifier);
  return headings;
}

/** As spreadsheets call it: A to Z, AA, AB and so on. */
const letters = (index: number): string =>
  (index >= 26 ? letters(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));

function readHeader({ line, cells: names }: CsvLine, lines: CsvLine[], fields: CustomField[], words: ImportWords) {
  // a field of the company comes before what only our own file has
  const known = new Map<string, string>([
    ...exportColumns.flatMap((column) => [column, ...words.columns[column]].map((name): [string, string] => [key(name), column])),
    ...fields.map(({ code, label }): [string, string] => [key(label), `custom.${code}`]),
    ...fields.map(({ code }): [string, string] => [key(code), `custom.${code}`]),
    ...importColumns.flatMap((column) => [column, ...words.columns[column]].map((name): [string, string] => [key(name), column])),
  ]);
  const columns = names.map((name) => known.get(key(name)));
  const faults: ImportFault[] = [];
  for (const [i, column] of columns.entries()) {
    const fault = (message: string, more: Partial<ImportFault> = {}) => faults.push({ line, column: names[i], message, ...more });
    if (names[i] === '') {
      const filled = lines.find(({ cells }) => cells[i]);
      if (filled) fault('fields.csv_column_unnamed', { line: filled.line, column: letters(i) });
    } else if (!column) fault('fields.csv_column_unknown');
    else if (columns.indexOf(column) < i) fault('fields.csv_column_twice');
  }
  const isWhole = columns.includes('fullName');
  for (const needed of ['firstName', 'lastName']) {
    if (!isWhole && !columns.includes(needed)) faults.push({ line, column: needed, message: 'fields.csv_column_missing' });
    if (isWhole && columns.includes(needed)) faults.push({ line, column: needed, message: 'fields.csv_column_twice' });
  }
  if (!['email', 'username', 'identifier'].some((login) => columns.includes(login)))
    faults.push({ line, column: 'email', message: 'fields.csv_column_missing' });
  return { columns, faults };
}

function readRow({ line, cells }: CsvLine, columns: (string | undefined)[], fields: CustomField[], words: ImportWords): ImportRow {
  const at = (column: string) => cells[columns.indexOf(column)] ?? '';
  const list = (text: string) =>
    text
      .split('|')
      .map((one) => one.trim())
      .filter(Boolean);
  const is = (text: string, names: string[]) => names.map(key).includes(key(text));
  const role = at('role');
  const hasWholeName = columns.includes('fullName');
  // what somebody signs in with, whichever it is: of those who have no e-mail our own file says it there
  const identifier = at('email') || at('username') ? '' : at('identifier');
  const isEmail = loginKey(identifier).column === 'email_key';
  const person = tidyPerson<PersonalData>({
    ...(hasWholeName ? splitName(at('fullName')) : { firstName: at('firstName'), lastName: at('lastName') }),
    email: at('email') || (isEmail && identifier) || undefined,
    username: at('username') || (!isEmail && identifier) || undefined,
    // a word that is no role is reported as an error (check-import): a typing error gives nobody a role
    role:
      role === '' || is(role, ['regular', ...words.roles.regular])
        ? 'regular'
        : is(role, ['administrator', ...words.roles.administrator])
          ? 'administrator'
          : (role as Role),
    department: at('department') || undefined,
  });
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
