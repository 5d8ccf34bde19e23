import type { ChangeSide, RunChange } from '../../../domain/administration/directory-runs/index.ts';
import type { PageContext } from '../../request/index.ts';
import { reasonText } from './words.ts';

/** One value of an entry by its name: ours, or that of an attribute. */
type Line = { name: string; before: string; after: string };

/** A change of a run as a row: what differs, line by line. */
export function presentChange(page: PageContext, { fault, before, after, ...change }: RunChange) {
  // who comes is named already, and is enabled unless told
  const news = before ? after : { ...after, name: undefined, isEnabled: after?.isEnabled === false ? false : undefined };
  const [old, now] = [flatten(page, before), flatten(page, news)];
  const lines: Line[] = [...new Set([...old.keys(), ...now.keys()])].map((name) => ({
    name,
    before: old.get(name) ?? '',
    after: now.get(name) ?? '',
  }));
  return { ...change, lines: lines.filter((one) => one.before !== one.after), why: fault && reasonText(page, fault) };
}

function flatten({ t }: PageContext, side: ChangeSide = {}): Map<string, string> {
  const { dn, name, login, isEnabled, attributes = {} } = side;
  const own = [
    [t('directories.dn'), dn],
    [t('directories.name'), name],
    [t('directories.login'), login],
    [t('directories.enabled_there'), isEnabled === undefined ? undefined : t(isEnabled ? 'page.yes' : 'page.no')],
    ...Object.entries(attributes).map(([attribute, values]) => [attribute, values.join(', ')]),
  ] as const;
  return new Map(own.filter((one): one is [string, string] => Boolean(one[1])));
}
