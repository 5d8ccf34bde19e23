import { createI18n, type Translate } from '../platform/i18n/index.ts';

let words: Translate | undefined;

/** The console's words, with those in their place that the command line has of its own: a terminal has no page, form or tick. Read once. */
export function terminalWords(): Translate {
  words ??= readWords();
  return words;
}

function readWords(): Translate {
  const i18n = createI18n(new URL('../../views/', import.meta.url));
  const t = i18n.for('en');
  return (key, params) => t(i18n.exists(`command_line.${key}`) ? `command_line.${key}` : key, params);
}
