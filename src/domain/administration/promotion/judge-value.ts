import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../../platform/errors/index.ts';
import type { Kind } from '../configuration/index.ts';
import { type Comparison, objectsById } from './comparison.ts';
import { type OwnField, ownFieldsOf, valueAt } from './own-fields.ts';

/** What comes of a value that is said for production, which may have it, or `has` another, or neither has it nor is asked for it; `paths`: what of the object is its own. */
export type Judged =
  | { is: 'asked' | 'same' | 'unasked' | 'unknown-object' }
  | { is: 'another'; has: string }
  | { is: 'unknown-path'; paths: string[] };

/** @param id of an object, as differences have it. @param text as `withOwnValues` takes it */
export function judgeValue({ differences, sides }: Comparison, id: string, path: string, text: string): Judged {
  const [theirs, ours] = [objectsById(sides.approval).get(id), objectsById(sides.production).get(id)];
  const object = theirs ?? ours;
  if (!object) return { is: 'unknown-object' };
  const fields = ownFieldsOf(object.kind);
  const field = fields.find((one) => one.path === path);
  if (!field) return { is: 'unknown-path', paths: knownPaths(fields, [theirs?.value, ours?.value]) };
  if (differences.find((one) => one.id === id)?.questions.some((question) => question.path === path)) return { is: 'asked' };
  const own = valueAt(ours?.value, path);
  if (own === undefined) return { is: 'unasked' };
  return says(field, text, own) ? { is: 'same' } : { is: 'another', has: field.codec.show(own) };
}

const knownPaths = (fields: OwnField[], values: (Parameters<typeof valueAt>[0] | undefined)[]): string[] =>
  fields.map(({ path }) => path).filter((path) => values.some((value) => valueAt(value, path) !== undefined));

/** Armour and line breaks make no other certificate. */
const bare = (text: string): string => text.replace(/-----(BEGIN|END) CERTIFICATE-----|\s/g, '');

function says({ path, codec }: OwnField, text: string, own: unknown): boolean {
  if (/certificate/i.test(path)) return bare(text) === bare(codec.show(own));
  try {
    return isDeepStrictEqual(codec.read(text.trim(), own), own);
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** What is said of an item in a list of addresses: the keys that a promotion takes, in the order of a line. @returns undefined where an item is a text */
export const keysOfItem = (kind: Kind | string, path: string): readonly string[] | undefined =>
  ownFieldsOf(kind).find((field) => field.path === path)?.codec.keys;
