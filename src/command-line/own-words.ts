import { createI18n, type I18n, type Locale, type Translate } from '../platform/i18n/index.ts';

let words: Translate | undefined;
let texts: I18n | undefined;

/** The console's words in a language. The texts are read once. */
export const wordsIn = (locale: Locale): Translate => readTexts().for(locale);

function readTexts(): I18n {
  texts ??= createI18n(new URL('../../views/', import.meta.url));
  return texts;
}

/** The console's words, with those in their place that the command line has of its own: a terminal has no page, form or tick. Read once. */
export function terminalWords(): Translate {
  words ??= readWords();
  return words;
}

let called = 'portaria';

/** Before settings are read: it is no setting, and nothing that is started from here was called so. */
export function noteCall(): void {
  called = process.env.PORTARIA_CALLED_AS ?? called;
  delete process.env.PORTARIA_CALLED_AS;
}

/** What stands before a command where somebody pastes it; scripts/start.mjs says so. */
export const calledAs = (): string => called;

function readWords(): Translate {
  const i18n = readTexts();
  const t = i18n.for('en');
  return (key, params) => t(i18n.exists(`command_line.${key}`) ? `command_line.${key}` : key, params);
}
