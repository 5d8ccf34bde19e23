/** Spreadsheets read a file as UTF-8 because of it. */
export const byteOrderMark = '\uFEFF';

/**
 * A line of RFC 4180. What a spreadsheet would run as a formula is written as text, with an apostrophe before it (OWASP, CSV injection): also behind spaces, and in the
 * wide forms of the same signs. Every cell is quoted.
 */
export const csvLine = (values: string[]): string => `${values.map(cell).join(',')}\r\n`;

function cell(value: string): string {
  const safe = value
    .replace(/^[\s\p{Z}\p{C}]*[=+\-@＝＋－＠|%]|^[\t\r\n]/u, "'$&")
    // where a semicolon or tab divides cells, or a quote ends one, another begins behind it
    .replace(/([;,\t\r\n"]\s*)([=+\-@＝＋－＠|%])/gu, "$1'$2");
  return `"${safe.replaceAll('"', '""')}"`;
}
