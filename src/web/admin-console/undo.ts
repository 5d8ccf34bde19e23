import { z } from 'zod';
import { addToGroup } from '../../domain/administration/group-changes/index.ts';
import { assignApplication } from '../../domain/applications/assignments/index.ts';
import { type PageContext, type Route, usableFactors } from '../request/index.ts';
import { redirectTo } from './submit.ts';

export const undoRoutes: Route[] = [{ method: 'POST', path: '/admin/undo', access: 'administrator', handle: submitUndo }];

const removalSchema = z.union([
  z.object({ groupId: z.string(), userId: z.string() }),
  z.object({ applicationId: z.string(), kind: z.enum(['user', 'group']), id: z.string() }),
]);
/** What was taken away, and can be had back as it was. */
export type Removal = z.output<typeof removalSchema>;

const offerSchema = z.object({ sessionId: z.string(), until: z.number(), path: z.string(), removal: removalSchema });
const purpose = 'undo of a removal';
const minuteMs = 60_000;

/** To the page that tells what was removed, where for a minute a button brings it back: in this session alone, so that nobody leads an administrator to one by a link. */
export function redirectWithUndo(page: PageContext, path: string, done: string, removal: Removal): void {
  const until = page.services.clock.now().getTime() + minuteMs;
  const offer = JSON.stringify({ sessionId: page.session!.sessionId, until, path, removal });
  const sealed = page.services.keyRing.encrypt(offer, purpose);
  redirectTo(page, `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams({ undo: sealed })}`, done);
}

async function submitUndo(page: PageContext): Promise<void> {
  const { scope, session, services } = page;
  const offer = readOffer(page);
  const isOver = !offer || offer.sessionId !== session!.sessionId || offer.until < services.clock.now().getTime();
  if (isOver) return redirectTo(page, offer?.path ?? '/admin', 'undo_over');
  const { removal, path } = offer;
  if ('groupId' in removal) await addToGroup(scope, removal.groupId, [removal.userId], { usableFactors: usableFactors(page) });
  else await assignApplication(scope, removal.applicationId, { kind: removal.kind, id: removal.id });
  redirectTo(page, path, 'removal_undone');
}

function readOffer({ services, form }: PageContext) {
  try {
    return offerSchema.parse(JSON.parse(services.keyRing.decrypt(form.get('undo'), purpose).toString()));
  } catch {
    return undefined; // of another server's key, or cut
  }
}
