import { previewPromotion } from '../../../domain/administration/promotion/index.ts';
import { AppError } from '../../../platform/errors/index.ts';

/** A review writes everything and takes it back: it holds a connection for as long. So one of a company at a time, and few in a process. */
const most = 2;
const underWay = new Set<string>();

/** As previewPromotion. @throws AppError busy before a connection is taken */
export async function reviewInTurn(...[scope, ...more]: Parameters<typeof previewPromotion>): ReturnType<typeof previewPromotion> {
  if (underWay.has(scope.contextId) || underWay.size >= most) throw new AppError('busy', 503);
  underWay.add(scope.contextId);
  try {
    return await previewPromotion(scope, ...more);
  } finally {
    underWay.delete(scope.contextId);
  }
}
