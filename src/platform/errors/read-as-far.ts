import type { z } from 'zod';
import { AppError, type Fault, invalidInput, invalidTogether, listFaults } from './app-error.ts';
import { parseInput } from './parse-input.ts';

/** A rule for several fields together. `of`: those that it is about; where one of them is wrong by itself nothing is said of them together. */
export type RuleTogether = Fault & { of?: readonly string[] };

/** `value`: without what is wrong, where anything is; `refused`: invalid_input with every fault. */
export type ReadAsFar<T> = { value?: T; refused?: AppError };

/**
 * Reads what a form, a file or a program gave, and asks its fields together for what else is wrong, also where some of them are wrong by themselves.
 * @param standIn for fields that cannot be left out
 * @param judge is given the fields that are right
 */
export function readAsFar<T>(
  schema: z.ZodType<T>,
  input: Record<string, unknown>,
  standIn: Record<string, unknown>,
  judge: (value: T) => RuleTogether[],
): ReadAsFar<T> {
  const { value, refused } = readRight(schema, input, standIn);
  const wrong = new Set(Object.keys(refused?.fields ?? {}));
  const known = refused ? listFaults(refused) : [];
  const isOpen = ({ path, of = [] }: RuleTogether) =>
    !of.some((name) => wrong.has(name)) && !known.some((one) => begins(one.path, path) || begins(path, one.path));
  const faults = value === undefined ? [] : judge(value).filter(isOpen);
  if (faults.length === 0) return { value, refused };
  const together = invalidInput(faults.map(({ of: _, ...fault }) => fault));
  return { value, refused: refused ? invalidTogether([refused, together]) : together };
}

const begins = (path: PropertyKey[], start: PropertyKey[]): boolean => start.every((step, index) => path[index] === step);

/** @returns the value, where nothing is wrong. @throws AppError invalid_input with every fault */
export function orThrow<T>({ value, refused }: ReadAsFar<T>): T {
  if (refused) throw refused;
  return value as T;
}

function readRight<T>(schema: z.ZodType<T>, input: Record<string, unknown>, standIn: Record<string, unknown>): ReadAsFar<T> {
  try {
    return { value: parseInput(schema, input) };
  } catch (refused) {
    if (!(refused instanceof AppError)) throw refused;
    const right = Object.entries(input).filter(([name]) => !Object.hasOwn(refused.fields ?? {}, name));
    return { refused, value: schema.safeParse({ ...standIn, ...Object.fromEntries(right) }).data };
  }
}
