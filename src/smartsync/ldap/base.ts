import type { Connection } from './connection.ts';
import { code, hasCode, isUnavailable } from './failure.ts';

/** Whether there is an entry below which all is looked for. One that may be searched but not read itself, as access lists of OpenLDAP can say, is as good. */
export async function hasBase(connection: Connection, base: string): Promise<boolean> {
  try {
    await connection.read(base, ['objectClass']);
    return true;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    return !hasCode(error, code.noSuchObject, code.invalidDnSyntax, code.referral);
  }
}
