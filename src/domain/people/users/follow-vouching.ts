import type { DirectoryId, Transaction } from '../../scope.ts';

/** So that no statement takes long. */
const step = 5000;

/** Of a directory that vouches for addresses, or does so no more; `attribute` is where its entries have them. */
type Vouching = { directoryId: DirectoryId; isVouched: boolean; attribute: string };

/**
 * Everybody who comes from the directory and has the address that it says. What a link or a file proved stays.
 * @returns how many people it is another matter for now
 */
export async function followVouching(
  { db, contextId, clock }: Transaction,
  { directoryId, isVouched, attribute }: Vouching,
): Promise<number> {
  const which = isVouched
    ? 'NOT u.email_verified AND u.email = e.attributes -> CAST(:attribute AS text) ->> 0'
    : "u.email_verified_by = 'directory'";
  for (let total = 0; ; ) {
    const { rowCount } = await db.raw(
      `UPDATE users SET email_verified = :isVouched, email_verified_by = :by, updated_at = :now, version = version + 1
       WHERE context_id = :contextId AND user_id IN (
         SELECT u.user_id FROM directory_entries e JOIN users u ON u.context_id = e.context_id AND u.user_id = e.user_id
         WHERE e.context_id = :contextId AND e.directory_id = :directoryId AND e.state = 'accepted' AND ${which} LIMIT ${step})`,
      { contextId, directoryId, attribute, isVouched, by: isVouched ? 'directory' : null, now: clock.now() },
    );
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < step) return total;
  }
}
