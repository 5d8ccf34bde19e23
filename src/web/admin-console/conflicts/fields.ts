import { createHash } from 'node:crypto';
import { type Control, readControls, type ShownForm } from './read-controls.ts';

/** What a person decides as one: a field, boxes of one name, or the rows of a table. */
export type Field = {
  key: string;
  label: string;
  /** As it is compared. */
  value: string;
  /** As it is shown; of a single box whether it is ticked. */
  text: string | boolean;
  /** Of all its controls. */
  names: string[];
  /** What a browser would send of it. */
  pairs: [name: string, value: string][];
};

export function fieldsOf(form: Pick<ShownForm, 'html'>): Map<string, Field> {
  const controls = readControls(form);
  const tables = tablesOf(controls);
  const keyOf = ({ name }: Control) => tables.find((prefix) => name.startsWith(prefix)) ?? name;
  return new Map(
    [...Map.groupBy(controls, keyOf)].map(([key, some]) => [key, tables.includes(key) ? table(key, some) : single(key, some)]),
  );
}

/** Columns that a form has several times, such as `claim_name` and `claim_from`: their rows are one thing. */
function tablesOf(controls: Control[]): string[] {
  const columns = Map.groupBy(
    controls.filter(({ kind }) => kind === 'text' || kind === 'choice'),
    ({ name }) => name,
  );
  const repeated = [...columns].filter(([, some]) => some.length > 1).map(([name]) => `${name.split('_')[0]}_`);
  return [...new Set(repeated)];
}

function single(key: string, controls: Control[]): Field {
  const [first] = controls as [Control];
  const isSwitch = first.kind === 'box' && controls.length === 1;
  const on = first.kind === 'box' || first.kind === 'radio' ? controls.filter(({ isOn }) => isOn) : controls;
  // boxes that are named together say in each name what they belong to
  const together = first.label.includes(': ') ? first.label.split(': ')[0]! : first.heading;
  return {
    key,
    label: isSwitch || first.kind === 'text' || first.kind === 'choice' ? first.label || first.heading : together,
    value: JSON.stringify(on.map(({ value }) => value)),
    text: isSwitch ? first.isOn : on.map(({ text }) => text).join('\n'),
    names: [key],
    pairs: on.map(({ name, value }) => [name, value]),
  };
}

/** Rows in which nothing is typed are the empty ones at the end, however many the page offers. */
function table(key: string, controls: Control[]): Field {
  const byName = Map.groupBy(controls, ({ name }) => name);
  const columns = [...byName.values()].filter(([one]) => one!.kind === 'text' || one!.kind === 'choice');
  const rows = Array.from({ length: Math.max(...columns.map((one) => one.length)) }, (_, row) => {
    const cells = columns.flatMap((column) => column[row] ?? []);
    const boxes = (byName.get([...byName.keys()].find((name) => name.endsWith(`_${row}`)) ?? '') ?? []).filter(({ isOn }) => isOn);
    return cells.some(({ kind, value }) => kind === 'text' && value !== '') ? [...cells, ...boxes] : [];
  }).filter((row) => row.length > 0);
  const loose = [...byName].flatMap(([name, some]) =>
    some[0]!.kind === 'box' && !/_\d+$/.test(name) ? some.filter(({ isOn }) => isOn) : [],
  );
  const isSent = ({ kind, isOn }: Control) => (kind !== 'box' && kind !== 'radio') || isOn;
  return {
    key,
    label: controls[0]!.heading,
    value: JSON.stringify([...rows, loose].map((row) => row.map(({ value }) => value))),
    text: [...rows.map((row) => row.map(({ text }) => text)), ...loose.map(({ label, value }) => [label, value])]
      .map((row) => row.filter(Boolean).join(' · '))
      .join('\n'),
    names: [...byName.keys()],
    pairs: controls.filter(isSent).map(({ name, value }) => [name, value]),
  };
}

/** Short: it only tells whether a value is still the one that a form showed. */
export const markOf = (value: string): string => createHash('sha256').update(value).digest('base64url').slice(0, 8);

/** What a form showed, as it comes back with it. */
export const snapshotOf = (fields: Map<string, Field>): string =>
  new URLSearchParams([...fields].map(([key, { value }]) => [key, markOf(value)])).toString();
