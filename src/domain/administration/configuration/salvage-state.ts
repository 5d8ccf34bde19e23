import { newId } from '../../../platform/crypto/index.ts';
import { isKeys } from './configuration.ts';
import { type DesiredState, parseState } from './file.ts';
import { faultAt, StateError, type StateFault } from './state-error.ts';
import { isBelow, tidyFaults } from './tidy-faults.ts';

/** What can be read of a file that has faults of its own. */
type Salvaged = {
  /** Undefined where nothing is left. */
  state: DesiredState | undefined;
  /** What was found only when the first was taken out, by its place in the file. */
  later: StateFault[];
  /** A fault of `state` by its place in the file. */
  inFile(fault: StateFault): StateFault;
};

type Owner = Record<PropertyKey, unknown>;

/**
 * Every fault of a file that cannot be read as a whole.
 * @param input as `parseState` takes it
 * @param shape what is known to be wrong with it
 * @param findMore what is wrong with the rest
 */
export async function findInRest(
  input: unknown,
  shape: StateFault[],
  findMore: (state: DesiredState, inFile: Salvaged['inFile']) => Promise<StateFault[]>,
): Promise<StateFault[]> {
  const { state, later, inFile } = salvageState(input, shape);
  const more = state ? await findMore(state, inFile) : [];
  return tidyFaults(input, [...shape, ...later, ...more.map(inFile)]);
}

/** More often than this nothing is taken out of a file at a time. */
const most = 100;

/**
 * Takes out of a file what is wrong, so that the rest can be looked at: a value, or the object that cannot be without it.
 * @param input as `parseState` takes it
 * @param faults those of the file's shape
 */
function salvageState(input: unknown, faults: StateFault[]): Salvaged {
  const copy = copyOf(input);
  // of each list the places that its items have in the file
  const places = new Map<unknown[], number[]>();
  note(copy, places);
  const inFile = (fault: StateFault): StateFault =>
    fault.steps ? faultAt(placed(copy, places, fault.steps), fault.message, fault.params) : fault;
  const later: StateFault[] = [];
  let wrong = faults;
  for (let turn = 0; turn < most; turn++) {
    takeOut(copy, wrong, places);
    try {
      return { state: parseState(copy), later, inFile };
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      wrong = error.faults;
      const known = [...faults, ...later];
      later.push(...wrong.filter((fault) => !followsTaking(copy, fault, inFile(fault), known)).map(inFile));
    }
  }
  return { state: undefined, later, inFile };
}

/** Whether only taking out has made it: something is missing in an object, or wrong with a whole, of which a part was taken out. */
function followsTaking(root: unknown, { steps = [] }: StateFault, { steps: place = [] }: StateFault, known: StateFault[]): boolean {
  const value = steps.reduce<unknown>((owner, step) => (owner as Owner | null | undefined)?.[step], root);
  const item = place.slice(0, place.findLastIndex((step) => typeof step === 'number') + 1);
  return known.some((one) => isBelow(one, place) || (value === undefined && isBelow(one, item)));
}

/** What a file has by an alias is of each place by itself. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  return isKeys(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, copyOf(one)])) : value;
}

function note(value: unknown, places: Map<unknown[], number[]>): void {
  if (Array.isArray(value)) places.set(value, [...value.keys()]);
  if (Array.isArray(value) || isKeys(value)) for (const one of Object.values(value)) note(one, places);
}

function placed(root: unknown, places: Map<unknown[], number[]>, steps: readonly PropertyKey[]): PropertyKey[] {
  let value = root;
  return steps.map((step) => {
    const owner = value;
    value = (owner as Owner | null | undefined)?.[step];
    return Array.isArray(owner) && typeof step === 'number' ? (places.get(owner)?.[step] ?? step) : step;
  });
}

/** The last place of a list first, so that those before it stay where they are. */
function takeOut(root: unknown, faults: StateFault[], places: Map<unknown[], number[]>): void {
  const paths = faults.flatMap(({ steps }) => (steps && steps.length > 0 ? [pathToTake(root, steps)] : []));
  const unique = new Map(paths.filter((path) => path.length > 0).map((path) => [JSON.stringify(path), path]));
  for (const path of [...unique.values()].toSorted(lastFirst)) {
    const owner = path.slice(0, -1).reduce<unknown>((value, step) => (value as Owner | null | undefined)?.[step], root);
    const last = path.at(-1)!;
    if (!Array.isArray(owner) && isNamed(path)) {
      (owner as Owner)[last] = standIn(last);
      continue;
    }
    if (Array.isArray(owner)) {
      owner.splice(Number(last), 1);
      places.get(owner)?.splice(Number(last), 1);
    } else if (isKeys(owner)) delete (owner as Owner)[last];
  }
}

/** By what objects of a list are known: without it the others of their keys could not be looked at. */
const names = new Set<PropertyKey>(['code', 'name', 'identifier', 'label']);

/** Not the code of a company: by another one everything below it would be looked up in another company. */
const isNamed = (path: readonly PropertyKey[]): boolean => path.length > 3 && typeof path.at(-2) === 'number' && names.has(path.at(-1)!);

const standIn = (name: PropertyKey): string => `${name === 'identifier' ? 'urn:x:' : 'x'}${newId().replaceAll('-', '')}`;

/** What is there is taken by itself; of what is missing the item of a list, or the key, that it is missing in. */
function pathToTake(root: unknown, steps: readonly PropertyKey[]): readonly PropertyKey[] {
  const values: unknown[] = [root];
  for (const step of steps) values.push((values.at(-1) as Owner | null | undefined)?.[step]);
  if (values.at(-1) !== undefined) return steps;
  const item = steps.findLastIndex((step, index) => typeof step === 'number' && values[index + 1] !== undefined);
  if (item >= 0) return steps.slice(0, item + 1);
  return steps.slice(0, Math.max(0, values.indexOf(undefined) - 1));
}

function lastFirst(one: readonly PropertyKey[], other: readonly PropertyKey[]): number {
  for (const [index, step] of one.entries()) {
    const against = other[index];
    if (against === undefined) return -1;
    if (step === against) continue;
    return typeof step === 'number' && typeof against === 'number' ? against - step : String(step) < String(against) ? -1 : 1;
  }
  return other.length > one.length ? 1 : 0;
}
