import type { CustomField } from '../../../domain/company/custom-fields/index.ts';
import type { DescribedPerson } from '../../../domain/people/directory-entries/index.ts';
import type { PageContext } from '../../request/index.ts';
import { reasonText } from './words.ts';

/** What a person of a directory would be here, line by line, with what was left out and why. */
export function presentPerson(page: PageContext, said: DescribedPerson, customFields: CustomField[]) {
  const { t } = page;
  const lines = [
    { name: t('users.email'), value: said.email },
    { name: t('users.username'), value: said.username },
    { name: t('users.first_name'), value: said.firstName },
    { name: t('users.last_name'), value: said.lastName },
    { name: t('users.department'), value: said.department, fault: said.leftOut.department },
    ...customFields.map(({ fieldId, code, label }) => {
      const value = said.customValues[fieldId];
      const shown =
        typeof value === 'boolean' ? t(value ? 'page.yes' : 'page.no') : value === undefined ? undefined : [value].flat().join(', ');
      return { name: label, value: shown, fault: said.leftOut[`customFields.${code}`] };
    }),
  ];
  return {
    lines: lines.filter(({ value, fault }) => value || fault).map((one) => ({ ...one, fault: one.fault && t(one.fault) })),
    why: said.reason && reasonText(page, said.reason),
  };
}
