import { isDeepStrictEqual } from 'node:util';
import { type Configuration, type Data, isKeys, type Keys } from './configuration.ts';
import { type ConfigurationObject, idOf, listObjects, type ObjectRef } from './objects.ts';

/** One part of an object; `path` as in `oidc.redirect_uris`, with a backslash before a dot of a name. What is missing has no such part. */
export type FieldDifference = { path: string; before?: Data; after?: Data };

export type Difference = ObjectRef & {
  /** As people call it: after the change, or before where it goes. */
  name: string;
  action: 'add' | 'change' | 'remove';
  fields: FieldDifference[];
  /** Of what is added or changed, the objects that it names; of what is removed, those that named it and change as well. */
  needs: ObjectRef[];
};

/** What differs, object by object, in the order in which it can be done. Empty where both say the same; of lists of objects the order says nothing, but of custom fields. */
export function compareConfigurations(before: Configuration, after: Configuration): Difference[] {
  const [former, wanted] = [byId(before), byId(after)];
  const present = [...wanted.values()].flatMap((object) => {
    if (object.kind === 'customFieldOrder') return compareOrders(before, after);
    const old = former.get(idOf(object));
    const fields = differingFields(old?.value, object.value);
    if (old && fields.every(isOfNothing)) return [];
    const needs = object.needs.filter((need) => wanted.has(idOf(need)));
    return [differenceOf(object, old ? 'change' : 'add', fields, needs)];
  });
  const gone = [...former.values()].filter((object) => object.kind !== 'customFieldOrder' && !wanted.has(idOf(object)));
  const differing = new Set([...present, ...gone].map(idOf));
  const named = Map.groupBy(
    [...former.values()].flatMap((by) => by.needs.map((need) => ({ need: idOf(need), by }))),
    ({ need }) => need,
  );
  const removed = gone.toReversed().map((object) => {
    const users = (named.get(idOf(object)) ?? []).map(({ by }) => by).filter((by) => differing.has(idOf(by)));
    return differenceOf(object, 'remove', differingFields(object.value, undefined), users);
  });
  return [...present, ...removed];
}

/** A new field comes last by itself, and one that goes leaves the order of the others as it is. */
function compareOrders(before: Configuration, after: Configuration): Difference[] {
  const [former, wanted] = [before, after].map(({ customFields }) => customFields.map(({ code }) => code)) as [string[], string[]];
  const added = wanted.filter((code) => !former.includes(code));
  const byItself = [...former.filter((code) => wanted.includes(code)), ...added];
  if (isDeepStrictEqual(byItself, wanted)) return [];
  const fields = [{ path: 'codes', before: former, after: wanted }];
  const needs = added.map((key): ObjectRef => ({ kind: 'customField', key }));
  return [{ kind: 'customFieldOrder', key: '', name: '', action: 'change', fields, needs }];
}

const byId = (configuration: Configuration): Map<string, ConfigurationObject> =>
  new Map(listObjects(configuration).map((object) => [idOf(object), object]));

const differenceOf = (
  { kind, key, name }: ConfigurationObject,
  action: Difference['action'],
  fields: FieldDifference[],
  needs: ObjectRef[],
): Difference => ({ kind, key, name, action, fields, needs: needs.map(({ kind, key }) => ({ kind, key })) });

/** A claim that is told nowhere is withheld; one that is not mentioned is told as by default. */
const saysByEmptyList = /^oidc\.standard_claims\./;

/** An empty text says no more than none, and so does an empty list. */
export const isOfNothing = ({ path, before, after }: FieldDifference): boolean =>
  [before, after].every(
    (value) =>
      value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0 && !saysByEmptyList.test(path)),
  );

function differingFields(before: Keys | undefined, after: Keys | undefined): FieldDifference[] {
  const [former, wanted] = [flatten(before), flatten(after)];
  const paths = [...new Set([...wanted.keys(), ...former.keys()])];
  return paths
    .filter((path) => !isDeepStrictEqual(former.get(path), wanted.get(path)))
    .map((path) => ({
      path,
      ...(former.has(path) ? { before: former.get(path)! } : {}),
      ...(wanted.has(path) ? { after: wanted.get(path)! } : {}),
    }));
}

/** Lists are one value: their order may say something. */
function flatten(value: Keys | undefined): Map<string, Data> {
  const found = new Map<string, Data>();
  const walk = (inner: Data, path: string): void => {
    if (!isKeys(inner)) return void found.set(path, inner);
    for (const [key, below] of Object.entries(inner)) walk(below as Data, path ? `${path}.${escapeName(key)}` : escapeName(key));
  };
  if (value) walk(value, '');
  return found;
}

const escapeName = (name: string): string => name.replace(/[\\.]/g, '\\$&');

/** The path that is made of these names. */
export const pathOfNames = (names: string[]): string => names.map(escapeName).join('.');

/** The names of which a path is made. */
export const namesOfPath = (path: string): string[] =>
  [...path.matchAll(/((?:\\.|[^\\.])*)(\.|$)/gs)].slice(0, countNames(path)).map(([, name]) => name!.replace(/\\(.)/gs, '$1'));

const countNames = (path: string): number => path.replace(/\\./gs, '').split('.').length;
