import type { Advice } from '../domain/applications/applications/index.ts';
import { createI18n } from '../platform/i18n/index.ts';

export const consoleWords = () => createI18n(new URL('../../views/', import.meta.url)).for('en');

/** What is weaker than it could be, in the console's words. */
export function describeAdvice({ option, state }: Advice, t: ReturnType<typeof consoleWords>): string {
  const why = state === 'ended' ? 'ended' : `${option}.weakens`;
  return `${t(`saml_options.${option}.label`)}. ${t(`saml_options.${why}`)}`;
}
