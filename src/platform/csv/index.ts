// Owns: writing CSV that a spreadsheet reads and does not run. Does not: read it (csv-parse does) nor know whose lines they are.
export { byteOrderMark, csvLine } from './csv-line.ts';
