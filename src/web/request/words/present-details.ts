import type { AuditEvent } from '../../../domain/records/audit/index.ts';
import type { I18n, Translate } from '../../../platform/i18n/index.ts';

type Flat = Record<string, string>;
type Fact = { name: string; value: string };

/** What an event says besides: what changed, single facts, and the rest as it is kept. */
export type PresentedDetails = { changes: { name: string; before: string; after: string }[]; facts: Fact[]; rest: Record<string, unknown> };

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value);

/** In the reader's words as far as there are any: names of fields, types, statuses. */
export function presentDetails(details: Record<string, unknown>, t: Translate, i18n: I18n): PresentedDetails {
  const known = (key: string, otherwise: string) => (i18n.exists(key) ? t(key) : otherwise);
  const nameOf = (path: string): string => {
    const end = path.lastIndexOf('.');
    const named = known(`audit.detail_names.${path.replaceAll('.', '_')}`, '');
    if (named || end < 0) return named || path;
    // of what a company named itself, such as a custom field, only what it belongs to has a word
    const owner = path.slice(0, end);
    const ownerName = nameOf(owner);
    return ownerName === owner ? path : `${ownerName}: ${path.slice(end + 1)}`;
  };
  const wordOf = (value: unknown, path: string): string => {
    if (value === null || value === undefined || value === '') return '–';
    if (typeof value === 'boolean') return t(value ? 'page.yes' : 'page.no');
    const text = String(value);
    if (!/^[a-z]+$/.test(text)) return text;
    return known(`audit.detail_values.${path.replaceAll('.', '_')}_${text}`, known(`roles.${text}`, known(`status.${text}`, text)));
  };
  // what a refusal was decided by has a page of its own (Explain)
  const { before, after, facts: _, ...others } = details;
  const facts: Fact[] = [];
  const rest: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(others)) {
    const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
    if (isCounts(value)) facts.push({ name: nameOf(name), value: countsLine(value, nameOf, t) });
    else if (isObject(value) || (Array.isArray(value) && !isList)) rest[name] = value;
    else facts.push({ name: nameOf(name), value: isList ? value.join(', ') || '–' : wordOf(value, name) });
  }
  if (before === undefined && after === undefined) return { changes: [], facts, rest };
  // a status or an address alone: what it is the event says
  if (!isObject(before) && !isObject(after))
    return { changes: [{ name: nameOf('value'), before: wordOf(before, 'value'), after: wordOf(after, 'value') }], facts, rest };
  const [old, now] = [flatten(before, wordOf), flatten(after, wordOf)];
  const changed = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((name) => old[name] !== now[name]);
  return { changes: changed.map((name) => ({ name: nameOf(name), before: old[name] ?? '–', after: now[name] ?? '–' })), facts, rest };
}

const isCounts = (value: unknown): value is Record<string, number> =>
  isObject(value) && Object.keys(value).length > 0 && Object.values(value).every((one) => typeof one === 'number');

/** What of them happened at all. */
const countsLine = (counts: Record<string, number>, nameOf: (name: string) => string, t: Translate): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, n]) => t('audit.amount', { name: nameOf(name), n }))
    .join(', ') || '–';

/** Every value by its path; lists in one line. */
function flatten(value: unknown, word: (value: unknown, path: string) => string, path = ''): Flat {
  if (value === undefined) return {};
  if (value === null || typeof value !== 'object') return { [path]: word(value, path) };
  if (Array.isArray(value)) return { [path]: value.map((one) => (typeof one === 'object' ? JSON.stringify(one) : one)).join(', ') || '–' };
  return Object.assign({}, ...Object.entries(value).map(([key, one]) => flatten(one, word, path ? `${path}.${key}` : key)));
}

/** Who did it: a person by name, ourselves as such, the operator with the name they gave. */
export function presentActor({ kind, name }: AuditEvent['actor'], t: Translate): string {
  const word = t(`audit.actors.${kind}`);
  if (kind === 'system') return word;
  if (kind === 'operator') return name && name !== kind ? `${word} (${name})` : word;
  return name || word;
}

/** What an event says besides, in one line. */
export function presentLine(details: Record<string, unknown>, t: Translate, i18n: I18n): string {
  const { changes, facts, rest } = presentDetails(details, t, i18n);
  return [
    ...changes.map(({ name, ...change }) => `${name}: ${t('audit.change', change)}`),
    ...facts.map(({ name, value }) => `${name}: ${value}`),
    ...(Object.keys(rest).length > 0 ? [JSON.stringify(rest)] : []),
  ].join('; ');
}

/** The audit's reason in words, where there are any, and what mends it; a protocol's own error code stands for itself. */
export function reasonText(i18n: I18n, t: Translate, reason: string): string {
  const name = reason.replace(/[.:-]/g, '_');
  const remedy = `audit.remedies.${name}`;
  const key = [`audit.reasons.${name}`, `directory_faults.${name}`].find((one) => i18n.exists(one));
  const said = key ? t(key) : reason;
  return i18n.exists(remedy) ? `${said}; ${t(remedy)}` : said;
}
