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
 * @param written the file before its references are resolved
 * @throws StateError
 */
export async function tellingFound<T>(written: unknown, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    const faults = inFileOrder(written, error.faults);
    throw new StateError(faults.map((fault) => ({ ...fault, of: ownersAt(written, fault), found: showFound(written, fault) })));
  }
}

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
