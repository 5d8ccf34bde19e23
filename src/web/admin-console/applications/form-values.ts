import {
  type ApplicationInput,
  type CatalogueEntry,
  isGenericEntry,
  personFields,
  registerApplication,
} from '../../../domain/applications/applications/index.ts';
import { registerForEveryone } from '../../../domain/applications/assignments/index.ts';
import { customFieldName, listCustomFields } from '../../../domain/company/custom-fields/index.ts';
import { nameKey } from '../../../domain/people/users/index.ts';
import type { PageContext } from '../../request/index.ts';

/** What a form shows and sends; both protocols' forms begin with the same general part. */
export type FormValues = ApplicationInput & { version?: string };

/** "Payroll (HR)" → payroll-hr */
export const codeFrom = (name: string): string =>
  nameKey(name)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '');

export function readGeneral({ form }: PageContext): ApplicationInput {
  return {
    code: form.get('code').trim() || codeFrom(form.get('name')),
    name: form.get('name'),
    description: form.get('description'),
    category: form.get('category'),
    catalogueEntry: form.get('catalogueEntry') || undefined,
    navigable: form.get('navigable') === 'yes',
    launchUrl: form.get('launchUrl').trim() || undefined,
  };
}

export const isForEveryone = ({ form }: PageContext): boolean => form.get('for_everyone') === 'yes';

/** For whom it is, the form of a new application says, too. */
export const register = (page: PageContext, values: ApplicationInput) =>
  isForEveryone(page) ? registerForEveryone(page.scope, values) : registerApplication(page.scope, values);

/** The general part of an entry, in the reader's language; generic entries have a protocol, not a name. */
export function generalOf({ t }: PageContext, entry: CatalogueEntry): ApplicationInput {
  if (isGenericEntry(entry)) return { code: '', name: '', category: '', catalogueEntry: entry.id };
  return {
    code: entry.id,
    name: entry.name,
    description: t(`entry_descriptions.${entry.id.replaceAll('-', '_')}`),
    category: t(`categories.${entry.category.toLowerCase()}`),
    catalogueEntry: entry.id,
  };
}

/** What an application can be told of a person: the field, and its name for people. */
export async function sourcesOf({ scope, t }: PageContext): Promise<[string, string][]> {
  const customFields = await listCustomFields(scope);
  return [
    ...personFields.map((field): [string, string] => [field, t(`saml_form.from_${field}`)]),
    ...customFields.map(({ code, label }): [string, string] => [customFieldName(code), label]),
  ];
}
