import type { Mend } from '../../../domain/administration/explanations/index.ts';
import type { Translate } from '../../../platform/i18n/index.ts';
import type { LinkedPage } from '../../request/index.ts';

/** A button to where it is mended: the page by its name, and what is looked for there. */
export const presentMend = (t: Translate, { page, params: { search, ...params } }: Mend) => ({
  to: { page, ...params } as LinkedPage,
  query: search === undefined ? '' : `?${new URLSearchParams({ q: search })}`,
  label: t(`explain.mend.${page.replaceAll('-', '_')}`),
});
