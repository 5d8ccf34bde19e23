import { collaborationEntries } from './collaboration.ts';
import { communicationEntries } from './communication.ts';
import { developmentEntries } from './development.ts';
import type { CatalogueEntry } from './entry.ts';
import { genericEntries } from './generic.ts';
import { infrastructureEntries } from './infrastructure.ts';

export { type Asked, type CatalogueEntry, type Category, categories } from './entry.ts';
export { fieldOfAsked, fillEntry } from './fill-entry.ts';
export { isPlaceholder } from './placeholders.ts';

const byName = (a: CatalogueEntry, b: CatalogueEntry): number => a.name.localeCompare(b.name, 'en');

/** S26, S27: applications whose settings are known, by name; those for any application of a protocol stand last. */
export const catalogue: CatalogueEntry[] = [
  ...[...collaborationEntries, ...communicationEntries, ...developmentEntries, ...infrastructureEntries].sort(byName),
  ...genericEntries,
];

export const findCatalogueEntry = (id: string): CatalogueEntry | undefined => catalogue.find((entry) => entry.id === id);

/** Any application of a protocol, whose settings nobody knows beforehand. */
export const isGenericEntry = ({ id }: Pick<CatalogueEntry, 'id'>): boolean => genericEntries.some((entry) => entry.id === id);
