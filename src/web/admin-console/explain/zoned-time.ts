import type { PageContext } from '../../request/index.ts';

/** Times as the form asks for them: in the company's zone, which is named. */
export function zonedTime({ locale, context: { timeZone } }: PageContext): (date: Date) => string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  return (date) => `${format.format(date)} ${timeZone}`;
}
