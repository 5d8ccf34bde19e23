import type { PageContext } from '../../request/index.ts';

const textOf = ({ services, t }: PageContext, kinds: string[], code: string): string => {
  const key = kinds.map((kind) => `${kind}.${code.replaceAll('-', '_')}`).find((one) => services.i18n.exists(one));
  return key ? t(key) : code;
};

/** Why a directory or one of its servers does not answer, in the reader's words; a newer agent may name what we do not know. */
export const faultText = (page: PageContext, fault: string): string => textOf(page, ['directories.faults', 'errors'], fault);

/** Why a person or a group waits, or did not follow. */
export const reasonText = (page: PageContext, reason: string): string => textOf(page, ['directories.reasons', 'errors'], reason);
