import { type CatalogueEntry, catalogue, categories, isGenericEntry } from '../../../domain/applications/applications/index.ts';
import { nameKey } from '../../../domain/people/users/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';

/** What an entry is called and what it is for, in the reader's words. */
export function presentEntry({ t }: PageContext, entry: CatalogueEntry) {
  const key = entry.id.replaceAll('-', '_');
  return {
    ...entry,
    title: isGenericEntry(entry) ? t(`catalogue.${key}`) : entry.name,
    description: isGenericEntry(entry) ? t(`catalogue.${key}_lead`) : t(`entry_descriptions.${key}`),
    protocolName: entry.protocol === 'saml' ? 'SAML' : 'OpenID Connect',
  };
}

/** Search and category stand in the address. */
export async function showCatalogue(page: PageContext): Promise<void> {
  const { t } = page;
  const search = page.query('q').trim().slice(0, 100);
  const category = categories.find((one) => one === page.query('category')) ?? '';
  const words = nameKey(search).split(/\s+/).filter(Boolean);
  const said = ({ title, description, category: of, protocolName }: ReturnType<typeof presentEntry>) =>
    nameKey([title, description, of && t(`categories.${of.toLowerCase()}`), protocolName].join(' '));
  const entries = catalogue
    .map((entry) => presentEntry(page, entry))
    // if nothing is found, people continue with the protocol
    .filter((entry) => isGenericEntry(entry) || category === '' || entry.category === category)
    .filter((entry) => isGenericEntry(entry) || words.every((word) => said(entry).includes(word)));
  const count = entries.filter((entry) => entry.category !== '').length;
  renderPage(page, 'admin-console/applications/catalogue/list', { entries, search, category, categories, count });
}
