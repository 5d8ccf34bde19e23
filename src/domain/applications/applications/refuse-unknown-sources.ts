import { type Fault, invalidInput } from '../../../platform/errors/index.ts';
import { customFieldName, listCustomFields, lockCustomFields } from '../../company/custom-fields/index.ts';
import type { Transaction } from '../../scope.ts';
import { mappedFields } from './oidc-claims.ts';
import { toldFields } from './saml-settings.ts';
import type { ApplicationData } from './store.ts';
import { templateFields } from './template.ts';

/** A mapping from a custom field that the company does not have would quietly send nothing. @throws AppError invalid_input by the mapping */
export async function refuseUnknownSources(scope: Transaction, { saml, oidc }: Pick<ApplicationData, 'saml' | 'oidc'>): Promise<void> {
  const isCustom = (source: string | undefined) => source?.startsWith('custom.') === true;
  const told = saml ? toldFields(saml) : [];
  const claims = oidc ? mappedFields(oidc) : [];
  if (![...told, ...claims].some(isCustom)) return;
  await lockCustomFields(scope);
  const known = new Set((await listCustomFields(scope)).map(({ code }) => customFieldName(code)));
  const isUnknown = (source: string | undefined) => isCustom(source) && !known.has(source!);
  const message = 'fields.custom_field_unknown';
  const faults: Fault[] = [];
  if (isUnknown(saml?.nameIdField)) faults.push({ path: ['nameIdField'], message });
  if (templateFields(saml?.nameIdTemplate ?? '').some(isUnknown)) faults.push({ path: ['nameIdTemplate'], message });
  for (const [list, mappings] of Object.entries({ attributes: saml?.attributes ?? [], claims: oidc?.claims ?? [] }))
    for (const [index, { from, template = '' }] of mappings.entries()) {
      const part = isUnknown(from) ? 'from' : templateFields(template).some(isUnknown) ? 'template' : undefined;
      if (part) faults.push({ path: [list, index, part], message });
    }
  if (faults.length > 0) throw invalidInput(faults);
}
