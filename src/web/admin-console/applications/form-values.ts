import { type ApplicationInput, type CatalogueEntry, personFields } from '../../../domain/applications/applications/index.ts';
import { customFieldName, listCustomFields } from '../../../domain/company/custom-fields/index.ts';
import { nameKey } from '../../../domain/people/users/index.ts';
import type { PageContext } from '../../request/index.ts';

/** What a form shows and sends; both protocols' forms begin with the same general part. */
export type FormValues = ApplicationInput & { version?: string };

/** "Payroll (HR)" → payroll-hr */
const codeFrom = (name: string): string =>
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

const generic = new Set(['openid-connect', 'saml']);

/** The general part of an entry; the generic entries have a protocol, not a name. */
export const generalOf = (entry: CatalogueEntry): ApplicationInput => ({
  code: generic.has(entry.id) ? '' : entry.id,
  name: generic.has(entry.id) ? '' : entry.name,
  category: entry.category,
  catalogueEntry: entry.id,
});

/** {host} of an entry's addresses. */
export function fillHost(page: PageContext): (template: string | undefined) => string | undefined {
  const host = /^[a-z0-9.:-]{1,253}$/i.test(page.query('host')) ? page.query('host') : 'app.example.com';
  return (template) => template?.replaceAll('{host}', host);
}

/** What an application can be told of a person: the field, and its name for people. */
export async function sourcesOf({ scope, t }: PageContext): Promise<[string, string][]> {
  const customFields = await listCustomFields(scope);
  return [
    ...personFields.map((field): [string, string] => [field, t(`saml_form.from_${field}`)]),
    ...customFields.map(({ code, label }): [string, string] => [customFieldName(code), label]),
  ];
}
