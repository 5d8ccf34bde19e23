import { findContextByCode } from '../../company/contexts/index.ts';
import type { ServerScope } from '../../scope.ts';
import type { DesiredContext } from '../configuration/index.ts';

type Move = { index: number; leaves?: string; takes?: string };

const hostOf = (address: string | null | undefined): string | undefined =>
  address && URL.canParse(address) ? new URL(address).host : undefined;

/** `yielding`: of companies that change places in a ring, one that has to leave its address before the first of them takes one. Both are places in the file. */
export type AddressOrder = { order: number[]; yielding: number[] };

/** The companies of a file in the order in which their addresses become free: who leaves one comes before who takes it, wherever they stand in the file. */
export async function orderByAddress(db: ServerScope['db'], desired: DesiredContext[]): Promise<AddressOrder> {
  const moves = new Map<number, Move>();
  for (const [index, { code, address }] of desired.entries()) {
    if (address === undefined) continue;
    const [leaves, takes] = [hostOf((await findContextByCode(db, code))?.address), hostOf(address)];
    if (leaves !== takes) moves.set(index, { index, leaves, takes });
  }
  const first: number[] = [];
  const yielding: number[] = [];
  const leaving = new Map([...moves.values()].flatMap((move) => (move.leaves ? [[move.leaves, move] as const] : [])));
  const place = (move: Move, after: Move[] = []): void => {
    if (after.includes(move)) yielding.push(move.index);
    if (!moves.delete(move.index)) return;
    const before = move.takes && leaving.get(move.takes);
    if (before) place(before, [...after, move]);
    first.push(move.index);
  };
  // only where somebody takes what another leaves does the order of the file not do
  for (const move of [...moves.values()].filter(({ takes }) => takes && leaving.has(takes))) place(move);
  return { order: [...first, ...desired.keys().filter((index) => !first.includes(index))], yielding };
}
