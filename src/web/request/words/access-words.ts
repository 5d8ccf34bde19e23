import type { AccessWords } from '../../../domain/administration/access-map/index.ts';
import { type I18n, isLocale } from '../../../platform/i18n/index.ts';
import { reasonText } from './present-details.ts';

/** What a file of those who may open an application says, in one language. */
export function accessWords(i18n: I18n, locale: string): AccessWords {
  const t = i18n.for(isLocale(locale) ? locale : 'en');
  return {
    columns: [t('users.full_name'), t('users.identifier'), t('users.status'), t('access_map.why'), t('access_map.opens')],
    status: (status) => t(`status.${status}`),
    why: ({ ways }, { navigable, groups }) =>
      [
        ...(ways.isDirect ? [t('access_map.direct')] : []),
        ...ways.groups.map(({ name }) => t('access_map.by_group', { group: name })),
        ...(groups.some(({ isEveryone }) => isEveryone) ? [t('access_map.everyone')] : []),
        ...(navigable ? [t('access_map.navigable')] : []),
      ].join('; '),
    opens: (verdict) => (verdict.allowed ? t('page.yes') : reasonText(i18n, t, verdict.reason)),
  };
}
