import { type CatalogueEntry, fieldOfAsked } from '../../src/domain/applications/applications/index.ts';

/** What a company could answer to what an entry of the catalogue asks in this field. */
export function legalAnswer(entry: CatalogueEntry, field: string): string {
  const asked = entry.asks.find((one) => one.kind !== 'metadata' && fieldOfAsked(one) === field);
  switch (asked?.kind) {
    case 'address':
      return `https://${entry.id}.acme.example${asked.keepsPath ? '/tools' : ''}`;
    case 'subdomain':
      return 'acme';
    case 'domain':
      return 'acme.example';
    case 'value':
      return asked.sample.replace('…', 'e4f5').replace('your-company', 'acme');
    default:
      return '';
  }
}
