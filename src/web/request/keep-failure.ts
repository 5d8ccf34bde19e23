import { findLinkFate } from '../../domain/records/one-time-links/index.ts';
import { recordFailure } from '../../domain/records/page-failures/index.ts';
import type { ApplicationId, UserId } from '../../domain/scope.ts';
import { findSessionEnd } from '../../domain/sign-in/sessions/index.ts';
import type { AppError } from '../../platform/errors/index.ts';
import { readCookie } from '../../platform/http/index.ts';
import { currentWork } from '../../platform/log/index.ts';
import { cookieNames } from './cookie-names.ts';
import { newSupportCode } from './render.ts';
import type { PageContext } from './route.ts';
import { nextStepOf } from './sign-in-step.ts';

type Told = { userId?: UserId; facts: Record<string, unknown> };

/**
 * Keeps what the page could not do, so that an administrator finds it by the code that the person reads to them. That it cannot be kept changes no answer.
 * @param applicationId to which the person was on the way
 * @returns the support code to show
 */
export async function keepFailure(
  page: PageContext,
  { code, status, supportCode, cause }: Pick<AppError, 'code' | 'status' | 'supportCode' | 'cause'>,
  applicationId?: ApplicationId,
): Promise<string> {
  if (supportCode) return supportCode;
  const own = newSupportCode();
  // a store that is away keeps nothing, and asking it once more would make the person wait
  if (code === 'unavailable') return own;
  try {
    const { userId, facts } = await factsOf(page, code, cause);
    const { requestId } = currentWork() ?? {};
    const where = { page: page.ctx.state.pattern ?? '', requestId, userId: page.session?.userId ?? userId, applicationId };
    return await recordFailure(page.scope, { supportCode: own, code, status, facts, ...where });
  } catch (error) {
    page.services.log.error({ err: error, supportCode: own, code }, 'what a page could not do was not kept');
    return own;
  }
}

/** What it was decided by, where that is more than the page itself: asked only once something was refused. */
async function factsOf(page: PageContext, code: string, cause: unknown): Promise<Told> {
  const { scope, ctx, context, params, session } = page;
  if (code === 'link_over' && params.token) {
    const { userId, ...facts } = (await findLinkFate(scope, params.token)) ?? {};
    return { userId, facts };
  }
  if (code === 'signed_out') {
    const { userId, ...facts } = (await findSessionEnd(scope, readCookie(ctx.get('cookie'), cookieNames(context).session))) ?? {};
    return { userId, facts };
  }
  if (code === 'step_due') return { facts: { step: (await nextStepOf(page, { demands: {} })).step } };
  if (code === 'administrators_only') return { facts: { role: session?.person.role } };
  // its kind alone: the message of a fault of ours may hold anything
  return { facts: cause instanceof Error ? { fault: cause.name } : {} };
}
