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

/** What a reference leads to may be a secret: a sentence that names the value has the reference in its place. */
function asWritten({ steps, params }: StateFault, written: unknown, resolved: unknown): Pick<StateFault, 'params'> {
  const [before, after] = [written, resolved].map((root) => steps && valueAt(root, steps));
  if (!params || typeof before !== 'string' || typeof after !== 'string' || before === after) return {};
  return { params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value === after ? before : value])) };
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
