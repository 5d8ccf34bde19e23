import { type OidcSettings, secondsOf, tokenTimeNames, tokenTimes } from '../../../domain/applications/applications/index.ts';
import type { Form } from '../../../platform/http/index.ts';

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
] as const;

/** 1209600 → 14 d */
function inUnits(seconds: number): string {
  const [unit, size] = units.find(([, one]) => seconds > 0 && seconds % one === 0) ?? ['s', 1];
  return `${seconds / size} ${unit}`;
}

/** As the form and the page of an application show them: what is set and what is usual in seconds, `lasts` what is in force in words. */
export const shownTokenTimes = (settings: OidcSettings | undefined) =>
  tokenTimeNames.map((name) => ({
    name,
    ...tokenTimes[name],
    usually: inUnits(tokenTimes[name].usual),
    lasts: inUnits(secondsOf(settings, name)),
  }));

/** What is left empty is not set, and the usual time holds. */
export const readTokenSettings = (form: Form): Record<string, unknown> => ({
  ...Object.fromEntries(tokenTimeNames.map((name) => [name, form.get(name).trim() || undefined])),
  introspects_all_applications: form.get('introspects_all_applications') === 'yes' || undefined,
});
