import {
  inFileOrder,
  isKeys,
  looksSecret,
  StateError,
  type StateFault,
  shortened,
  showFound,
} from '../domain/administration/configuration/index.ts';

/**
 * Does something with what a file says; a refusal tells its faults in the order of the file, and what the file has in each place, as it is written: a reference stays one.
 * @param written the file before its references are resolved. @param resolved after it
 * @throws StateError
 */
export async function tellingFound<T>(written: unknown, work: () => T | Promise<T>, resolved: unknown = written): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    const faults = inFileOrder(written, error.faults);
    throw new StateError(
      faults.map((fault) => ({
        ...fault,
        ...asWritten(fault, written, resolved),
        of: ownersAt(written, fault),
        found: showFound(written, fault),
      })),
    );
  }
}

/** A text of the file with references in it, before and after they were resolved. */
type Reference = { before: string; after: string };

/** In another place shorter ones would be found in words that have nothing to do with them. */
const shortestElsewhere = 4;

/** What a reference leads to may be a secret: where a sentence would quote it, or a part of it, the text of the file stands instead. */
function asWritten({ steps, params }: StateFault, written: unknown, resolved: unknown): Pick<StateFault, 'params'> {
  if (!params) return {};
  const own = steps ? listReferences(valueAt(written, steps), valueAt(resolved, steps)) : [];
  const others = listReferences(written, resolved).filter(({ after }) => after.length >= shortestElsewhere);
  const hide = (value: unknown) => (typeof value === 'string' ? withoutResolved(value, own, others) : value);
  return { params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, hide(value)])) as StateFault['params'] };
}

/** @param own of the place that is refused: a rule may name a part of its text. Rules trim texts and write some in lower case. */
function withoutResolved(value: string, own: Reference[], others: Reference[]): string {
  const [text, plain] = [value.trim(), value.trim().toLowerCase()];
  if (!text) return value;
  const isPart = ({ before, after }: Reference) => !before.includes(text) && after.toLowerCase().includes(plain);
  const part = own.find(isPart);
  if (part) return part.before;
  const quoted = [...own, ...others].find(({ after }) => plain.includes(after.toLowerCase()));
  if (!quoted) return value;
  const at = plain.indexOf(quoted.after.toLowerCase());
  return text.slice(0, at) + quoted.before + text.slice(at + quoted.after.length);
}

/** Keys whose values are our own words, never a person's. */
const ours = new Set(['action', 'kind', 'path', 'option', 'state', 'reason', 'contexts', 'context']);

/** For what is only shown: puts the references of a file back wherever a text has what they lead to. @returns a copy */
export function tellingReferences(written: unknown, resolved: unknown): <T>(shown: T) => T {
  const references = listReferences(written, resolved)
    .filter(({ before }) => /(?<!\$)\$\{(?:env|file):/.test(before))
    .toSorted((one, other) => other.after.length - one.after.length);
  const parts = references.filter(({ after }) => after.length >= shortestElsewhere);
  const tell = (text: string, isValue: boolean): string => {
    const whole = (isValue ? references : parts).find(({ after }) => bare(after) === bare(text));
    if (whole) return whole.before;
    return parts.reduce((told, { before, after }) => told.replace(new RegExp(RegExp.escape(after), 'giu'), () => before), text);
  };
  const walk = (value: unknown, isValue = false): unknown => {
    if (typeof value === 'string') return tell(value, isValue);
    if (Array.isArray(value)) return value.map((one) => walk(one, isValue));
    if (!isKeys(value)) return value;
    const inner = (key: string, one: unknown) =>
      ours.has(key) && !isValue ? one : walk(one, isValue || key === 'before' || key === 'after');
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inner(key, one)]));
  };
  return references.length > 0 ? (shown) => walk(shown) as typeof shown : (shown) => shown;
}

/** For comparing with what the store has, which may have lost spaces, line breaks or capitals. */
const bare = (text: string): string => text.replace(/\s+/g, '').toLowerCase();

function listReferences(written: unknown, resolved: unknown): Reference[] {
  if (typeof written === 'string') {
    const after = typeof resolved === 'string' ? resolved.trim() : '';
    return after && written !== resolved ? [{ before: written, after }] : [];
  }
  if (typeof written !== 'object' || written === null) return [];
  return Object.entries(written).flatMap(([key, value]) => listReferences(value, valueAt(resolved, [key])));
}

const valueAt = (root: unknown, steps: readonly PropertyKey[]): unknown =>
  steps.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown> | null | undefined)?.[step], root);

/** What the objects are called that the path leads through: its numbers say little in a long file. */
function ownersAt(written: unknown, { steps = [] }: StateFault): string | undefined {
  const names: string[] = [];
  let value = written;
  for (const step of steps) {
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step];
    if (typeof step !== 'number' || !isKeys(value)) continue;
    const { code, identifier, email, username, name } = value;
    const called = [code, identifier, email, username, name].find((one) => typeof one === 'string');
    if (called && !looksSecret(String(called))) names.push(shortened(String(called)));
  }
  return names.length > 0 ? names.join(', ') : undefined;
}
