import type { Translate } from '../platform/i18n/index.ts';
import { consoleWords } from './advice.ts';

/** What the pages say of a page, a form or a tick, said to somebody at a terminal. */
const ownWords: Record<string, string> = {
  'errors.not_found': 'There is nothing of this name or id.',
  'errors.invalid_input': 'What was given does not fit:',
  'errors.changed_meanwhile': 'Somebody else changed this in the meantime, and nothing was done. Run the command again.',
  'errors.promotion_changed': 'Approval or production has changed meanwhile, and nothing was promoted. Run the command again.',
  'errors.directory_away': '{{directory}} did not answer. Look at "portaria doctor", then try again; nobody is created twice.',
  'errors.server_error': 'Something failed that nothing you gave has caused. Try again in a moment; the log of the server says more.',
  'promotion.findings.nothing_chosen': 'Nothing is chosen. Name differences by --only, or take removals along by --with-removals.',
};

/** A message key in the words of the command line, where it has its own. */
export function tellMessage(t: Translate, key: string, params: Record<string, unknown> = {}): string {
  const own = ownWords[key];
  return own === undefined ? t(key, params) : own.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(params[name] ?? ''));
}

/** The console's words, with those that the command line has of its own. */
export function terminalWords(): Translate {
  const t = consoleWords();
  return (key, params) => tellMessage(t, key, params);
}
