import { AppError } from '../../../platform/errors/index.ts';
import type { PageContext } from '../../request/index.ts';

/** Looking at what a promotion would do writes everything and takes it back: that holds a connection for as long. So one of a company at a time, and few in a process. */
const most = 2;
const underWay = new Set<string>();

/** @throws AppError busy before a connection is taken */
export async function inReviewTurn<T>({ context: { contextId } }: PageContext, work: () => Promise<T>): Promise<T> {
  if (underWay.has(contextId) || underWay.size >= most) throw new AppError('busy', 503);
  underWay.add(contextId);
  try {
    return await work();
  } finally {
    underWay.delete(contextId);
  }
}
