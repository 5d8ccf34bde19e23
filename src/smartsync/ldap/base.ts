import type { Connection } from './connection.ts';
import { isUnavailable } from './failure.ts';

/** Whether the service account sees the entry below which all is looked for. */
export async function hasBase(connection: Connection, base: string): Promise<boolean> {
  try {
    return (await connection.read(base, ['objectClass'])) !== undefined;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    return false;
  }
}
