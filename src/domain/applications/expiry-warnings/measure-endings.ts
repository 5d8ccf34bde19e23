import type { Database } from '../../../platform/database/index.ts';
import { findNextCertificateEnd } from '../../company/saml-certificates/index.ts';
import { findNextSecretEnd } from '../applications/index.ts';

/** In how many seconds the next one ends, of all companies. Those of partners are their company's to watch. */
export async function measureEndings(database: Database, now: Date): Promise<Record<string, number>> {
  const ends = { certificate: await findNextCertificateEnd(database, now), 'client-secret': await findNextSecretEnd(database, now) };
  return Object.fromEntries(Object.entries(ends).flatMap(([of, at]) => (at ? [[of, (at.getTime() - now.getTime()) / 1000]] : [])));
}
