import type { PageContext } from '../../request/index.ts';

/** The first of these that has a text; a newer agent or server may name what we do not know. */
const firstText = ({ services, t }: PageContext, code: string, keys: string[]): string => {
  const key = keys.find((one) => services.i18n.exists(one));
  return key ? t(key) : code;
};

const nameOf = (code: string): string => code.replaceAll('-', '_');

/** Why a directory or one of its servers does not answer, in the reader's words. */
export const faultText = (page: PageContext, code: string): string => firstText(page, code, [`directory_faults.${nameOf(code)}`]);

/** Why a person or a group waits, or did not follow a change. */
export const reasonText = (page: PageContext, code: string): string =>
  firstText(page, code, [
    `directory_reasons.${nameOf(code)}`,
    `directory_runs.change_faults.${nameOf(code)}`,
    `directory_faults.${nameOf(code)}`,
    `errors.${nameOf(code)}`,
  ]);
