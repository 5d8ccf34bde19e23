import type { ImportWords } from '../../../domain/administration/user-imports/index.ts';
import type { ExportWords } from '../../../domain/people/user-exports/index.ts';
import { type I18n, isLocale, locales } from '../../../platform/i18n/index.ts';

/** What the columns and answers of a file of people may be called: in any of our languages. */
export function importWords(i18n: I18n): ImportWords {
  const inAll = (key: string): string[] => locales.map((locale) => i18n.for(locale)(key));
  return {
    columns: {
      firstName: inAll('users.first_name'),
      lastName: inAll('users.last_name'),
      fullName: inAll('users.full_name'),
      email: inAll('users.email'),
      username: inAll('users.username'),
      role: inAll('users.role'),
      department: inAll('users.department'),
      groups: inAll('nav.groups'),
      identifier: inAll('users.identifier'),
      status: inAll('users.status'),
    },
    roles: { administrator: inAll('roles.administrator'), regular: inAll('roles.regular') },
    yes: inAll('page.yes'),
    no: inAll('page.no'),
  };
}

/** What the exported file says, in one language. */
export function exportWords(i18n: I18n, locale: string): ExportWords {
  const t = i18n.for(isLocale(locale) ? locale : 'en');
  return {
    columns: [t('users.email'), t('users.identifier'), t('users.full_name'), t('users.role'), t('users.status')],
    roles: { administrator: t('roles.administrator'), regular: t('roles.regular') },
    statuses: {
      activated: t('status.activated'),
      invited: t('status.invited'),
      deactivated: t('status.deactivated'),
      blocked: t('status.blocked'),
    },
  };
}
