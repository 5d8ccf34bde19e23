import type { AuditWords } from '../../../domain/administration/audit-keeping/index.ts';
import { type I18n, isLocale } from '../../../platform/i18n/index.ts';
import { presentActor, presentLine, reasonText } from './present-details.ts';

/** What an exported report says, in one language. */
export function auditWords(i18n: I18n, locale: string): AuditWords {
  const t = i18n.for(isLocale(locale) ? locale : 'en');
  return {
    columns: [
      `${t('audit.when')} (UTC)`,
      t('audit.what'),
      t('audit.who'),
      t('audit.whom'),
      t('audit.from'),
      t('audit.outcome'),
      t('audit.reason'),
      t('page.support_code'),
      t('audit.details'),
      t('audit.seal'),
    ],
    type: (type) => t(`audit.types.${type.replace(/[.-]/g, '_')}`),
    outcome: (outcome) => t(`status.${outcome}`),
    reason: (reason) => reasonText(i18n, t, reason),
    actor: (actor) => presentActor(actor, t),
    details: (details) => presentLine(details, t, i18n),
    erased: (id) => t('audit.erased', { id: id.slice(-8) }),
  };
}
