const shape = /^P(?:(\d{1,6})W|(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?)$/;

/**
 * Reads a duration as ISO 8601 writes it: `P7D`, `PT12H`, `P1DT30M`, `P2W`. Years and months are not read: how long they are depends on when they begin.
 * @returns seconds, or undefined
 */
export function readDuration(text: string): number | undefined {
  const parts = text === 'P' ? null : shape.exec(text);
  if (!parts) return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return (weeks * 7 + days) * 86_400 + hours * 3600 + minutes * 60 + seconds;
}
