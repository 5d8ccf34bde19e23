import { listContexts } from '../../company/contexts/index.ts';
import { hasCurrentMac } from '../../records/audit/index.ts';
import { answerKind, sealedArtifacts } from '../../records/protocol-artifacts/index.ts';
import type { ServerScope } from '../../scope.ts';
import { sealedColumns } from './sealed-columns.ts';
import { isSealed, keyIdOf, nameOf } from './sql.ts';

/** How many values of a place need a master key. `passes`: they live for seconds, and go by themselves. */
export type KeyUse = { keyId: string; what: string; count: number; passes?: true };

/** What needs each master key. Reads the places whole. */
export async function listKeyUses(scope: ServerScope): Promise<KeyUse[]> {
  const { db, keyRing } = scope;
  const uses: KeyUse[] = [];
  const count = async (from: string, keyId: string, where: string, more: Pick<KeyUse, 'what' | 'passes'>) => {
    const { rows } = await db.raw<{ rows: { id: string; n: number }[] }>(
      `SELECT ${keyId} AS id, count(*)::int AS n FROM ${from} WHERE ${where} GROUP BY 1 ORDER BY 1`,
    );
    for (const { id, n } of rows) uses.push({ keyId: id, count: n, ...more });
  };
  for (const column of sealedColumns) await count(column.table, keyIdOf(column), isSealed(column), { what: nameOf(column) });
  const answers = `kind = '${answerKind}' AND expires_at > now()`;
  await count(sealedArtifacts.table, "split_part(payload ->> 'sealed', '.', 1)", answers, {
    what: 'answers to refresh tokens',
    passes: true,
  });
  let chains = 0;
  for (const { contextId } of await listContexts(db)) if (!(await hasCurrentMac({ ...scope, contextId }))) chains++;
  // whose of the others it is, the mac does not say
  const [other] = keyRing.ids.slice(1);
  if (chains > 0) uses.push({ keyId: other ?? '?', what: 'ends of audit chains', count: chains });
  return uses;
}
