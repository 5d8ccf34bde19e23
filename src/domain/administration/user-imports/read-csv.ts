import { parse } from 'csv-parse/sync';
import { tidyText } from '../../people/users/index.ts';

/** `line` of the file on which it begins, the first being 1. */
export type CsvLine = { line: number; cells: string[] };
export type CsvFault = { line: number };

/** As csv-parse gives a record; `lines` are those up to its end. */
type Read = { record: string[]; info: { lines: number } };

/** UTF-8; UTF-16 as spreadsheets write "Unicode text"; or what those of western Europe and the Americas write instead. */
export function decodeCsv(content: Uint8Array): string {
  const [first, second] = content;
  const wide = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
  let text: string;
  try {
    text = new TextDecoder(wide ?? 'utf-8', { fatal: wide === undefined }).decode(content);
  } catch {
    text = new TextDecoder('windows-1252').decode(content);
  }
  return text.replaceAll('\0', '');
}

/**
 * The lines that hold something, with commas, semicolons, tabs or what `sep=` names between their cells. Columns at the end that hold nothing are left out: a spreadsheet
 * writes those that were once used.
 */
export function readCsv(text: string): CsvLine[] | CsvFault {
  // csv-parse counts \r\n within quotes as two
  const lines = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const told = /^"?sep=(.)"?[^\S\n]*\n/i.exec(lines);
  const content = told ? lines.slice(told[0].length) : lines;
  const above = told ? 1 : 0;
  const header = /\S.*/.exec(content)?.[0] ?? '';
  const guessed = [';', '\t'].find((one) => header.split(one).length > header.split(',').length) ?? ',';
  const options = { delimiter: told?.[1] ?? guessed, info: true, relax_column_count: true, skip_empty_lines: true, trim: true };
  let end = 0;
  try {
    const noteEnd = (read: Read) => {
      end = read.info.lines;
      return read;
    };
    const records = parse(content, { ...options, on_record: noteEnd as never }) as unknown as Read[];
    return withoutEmpty(
      records.map(({ record, info }) => {
        const within = record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
        return { line: above + info.lines - within, cells: record.map(asKept) };
      }),
    );
  } catch {
    const rest = content.split('\n').slice(end);
    const blank = rest.findIndex((line) => line.trim() !== '');
    return { line: above + end + Math.max(blank, 0) + 1 };
  }
}

/** Without what was copied around it, and without the apostrophe that keeps spreadsheets from running our own files (platform/csv). */
const asKept = (cell: string): string =>
  cell.length > 1000 ? cell : tidyText(cell).replace(/(^|[;,\t\n"]\s*)'(?=\s*[=+\-@＝＋－＠|%])/gu, '$1');

function withoutEmpty(lines: CsvLine[]): CsvLine[] {
  const filled = lines.filter(({ cells }) => cells.some(Boolean));
  const width = filled.reduce((most, { cells }) => Math.max(most, cells.findLastIndex(Boolean) + 1), 0);
  return filled.map(({ line, cells }) => ({ line, cells: cells.slice(0, width) }));
}
