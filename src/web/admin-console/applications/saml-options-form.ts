import {
  type SamlInput,
  type SamlOption,
  type SamlOptions,
  samlOptionNames,
  samlOptions,
} from '../../../domain/applications/applications/index.ts';
import type { PageContext } from '../../request/index.ts';

/** What the form says of the options for single partners; an empty field is no option. What does not fit is kept as it was typed, and refused by the schema. */
export function readOptions({ form }: PageContext): SamlOptions {
  const read = (name: SamlOption): unknown => {
    const text = form.get(name).trim();
    switch (samlOptions[name].kind) {
      case 'flag':
        return text === 'yes' || undefined;
      case 'lines': {
        const lines = form.lines(name);
        return lines.length > 0 ? lines : undefined;
      }
      case 'minutes':
        return /^\d+$/.test(text) ? Number(text) : text || undefined;
      default:
        return text || undefined;
    }
  };
  return Object.fromEntries(samlOptionNames.map((name) => [name, read(name)]));
}

/** The fields of the form, by its section. */
export function presentOptions(saml: Partial<SamlInput>) {
  const fields = samlOptionNames.map((name) => {
    const { kind, section } = samlOptions[name];
    const value: unknown = saml[name];
    return { name, kind, section, value: Array.isArray(value) ? value.join('\n') : value, isSet: value !== undefined && value !== false };
  });
  return Object.groupBy(fields, ({ section }) => section);
}
