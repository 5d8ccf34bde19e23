import type { SealedColumn } from '../../../platform/crypto/index.ts';
import type { Db } from '../../../platform/database/index.ts';
import { listContexts } from '../../company/contexts/index.ts';
import { hasCurrentMac } from '../../records/audit/index.ts';
import { answerKind, sealedArtifacts } from '../../records/protocol-artifacts/index.ts';
import type { ServerScope } from '../../scope.ts';
import { sealedColumns } from './sealed-columns.ts';
import { keyIdOf, nameOf, sealedRows } from './sql.ts';

/** How many values of a place need a master key. `passes`: they live for seconds, and go by themselves. */
export type KeyUse = { keyId: string; what: string; count: number; passes?: true };

/** What needs each master key. Reads the places whole. */
export async function listKeyUses(scope: ServerScope): Promise<KeyUse[]> {
  const { db, keyRing } = scope;
  const uses = await countUses(db, sealedColumns);
  const answers = `kind = '${answerKind}' AND expires_at > now()`;
  const passing = await count(db, sealedArtifacts.table, "split_part(payload ->> 'sealed', '.', 1)", answers);
  uses.push(...passing.map((one) => ({ ...one, what: 'answers to refresh tokens', passes: true as const })));
  let chains = 0;
  for (const { contextId } of await listContexts(db)) if (!(await hasCurrentMac({ ...scope, contextId }))) chains++;
  // whose of the others it is, the mac does not say
  const [other] = keyRing.ids.slice(1);
  if (chains > 0) uses.push({ keyId: other ?? '?', what: 'ends of audit chains', count: chains });
  return uses;
}

/** What nobody can open any more, since the ring lacks its key: but for artifacts of the protocols, which end by themselves and are many. */
export async function listLostSecrets({ db, keyRing }: ServerScope): Promise<KeyUse[]> {
  const lasting = sealedColumns.filter((column) => column !== sealedArtifacts);
  return (await countUses(db, lasting)).filter(({ keyId }) => !keyRing.ids.includes(keyId));
}

/** One after the other: each reads a table whole. */
async function countUses(db: Db, columns: SealedColumn[]): Promise<KeyUse[]> {
  const uses: KeyUse[] = [];
  for (const column of columns)
    for (const one of await count(db, column.table, keyIdOf(column), sealedRows(column))) uses.push({ ...one, what: nameOf(column) });
  return uses;
}

async function count(db: Db, from: string, keyId: string, where: string): Promise<Pick<KeyUse, 'keyId' | 'count'>[]> {
  const { rows } = await db.raw<{ rows: { id: string; n: number }[] }>(
    `SELECT ${keyId} AS id, count(*)::int AS n FROM ${from} WHERE ${where} GROUP BY 1 ORDER BY 1`,
  );
  return rows.map(({ id, n }) => ({ keyId: id, count: n }));
}
