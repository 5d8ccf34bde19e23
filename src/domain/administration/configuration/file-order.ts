import { isKeys } from './configuration.ts';
import type { StateFault } from './state-error.ts';

/** Where each step stands among those beside it. What is missing comes before what is there, and what only a name leads to after all places of a list. */
function placesOf(written: unknown, steps: readonly PropertyKey[]): number[] {
  let value = written;
  return steps.map((step) => {
    const owner = value;
    value = (owner as Record<PropertyKey, unknown> | null | undefined)?.[step];
    if (Array.isArray(owner)) return typeof step === 'number' ? step : owner.length;
    return isKeys(owner) ? Object.keys(owner).indexOf(String(step)) : -1;
  });
}

function compare(one: number[], other: number[]): number {
  const at = one.findIndex((place, index) => place !== other[index]);
  if (at < 0) return one.length - other.length;
  return other[at] === undefined ? 1 : one[at]! - other[at]!;
}

/** From the beginning of the file to its end; what stands in no file comes last. @param written what the steps of the faults lead into */
export function inFileOrder(written: unknown, faults: readonly StateFault[]): StateFault[] {
  const placed = faults.map((fault) => ({ fault, places: fault.steps && placesOf(written, fault.steps) }));
  return placed
    .toSorted((a, b) => (a.places && b.places ? compare(a.places, b.places) : Number(!a.places) - Number(!b.places)))
    .map(({ fault }) => fault);
}
