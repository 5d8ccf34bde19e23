/** Spreadsheets read a file as UTF-8 because of it. */
export const byteOrderMark = '\uFEFF';

/**
 * A line of RFC 4180. What a spreadsheet would run as a formula is written as text, with an apostrophe before it (OWASP, CSV injection): also behind spaces, and in the
 * wide forms of the same signs.
 */
export const csvLine = (values: string[]): string => `${values.map(cell).join(',')}\r\n`;

function cell(value: string): string {
  const safe = /^[\s\p{Z}\p{C}]*[=+\-@＝＋－＠|%]|^[\t\r\n]/u.test(value) ? `'${value}` : value;
  return /[",\r\n;']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
