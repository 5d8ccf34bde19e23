import { interactionPolicy } from 'oidc-provider';
import { recordRefusal } from '../../domain/applications/access/index.ts';
import { hasConsent } from '../../domain/applications/consents/index.ts';
import type { UserId } from '../../domain/scope.ts';
import { readCookie } from '../../platform/http/index.ts';
import { newSupportCode, nextStepOf, type Visitor } from '../request/index.ts';
import { applicationIdOf } from './account.ts';
import { asksForSecondFactor } from './acr.ts';
import { scopesAsked } from './consent.ts';
import type { ContextProvider } from './context-provider.ts';
import { accessVerdict, ownSession } from './own-session.ts';

const { base, Check, Prompt } = interactionPolicy;

/** What may stand between an authorization request and its code: signing in, the access decision, and, for a third party's application, the person's consent; of its own applications the company decides. */
export function createInteractionPolicy(op: ContextProvider) {
  const { services, context } = op;
  const policy = base();

  // prompt=consent is accepted (offline_access asks for it, OpenID Connect Core §11), and asks only for a third party's application
  const consent = policy.get('consent')!;
  consent.checks.clear();
  consent.checks.add(
    new Check('third_party', 'the person has not agreed', 'consent_required', async (ctx) => {
      const { client, prompts, result, session } = ctx.oidc;
      if (!client!.consent_required) return false;
      const asksAgain = prompts.has('consent') && !prompts.has('none') && result?.consent === undefined;
      return (
        asksAgain || !(await hasConsent(op.scope(), session!.accountId as UserId, applicationIdOf(client!), scopesAsked(ctx.oidc.params)))
      );
    }),
  );

  // prompt=login is satisfied by a proof made after this instant; the interaction's own iat has seconds only
  const login = policy.get('login')!;
  const details = login.details;
  login.details = async (ctx) => ({ ...(await details(ctx)), asked_at: services.clock.now().getTime() });

  // the session of a resumed interaction must be this browser's own, whatever the interaction says
  login.checks.add(
    new Check('own_session', 'End-User authentication is required', async (ctx) => {
      const own = await ownSession(op, ctx);
      return ctx.oidc.session!.accountId !== undefined && own?.userId !== ctx.oidc.session!.accountId;
    }),
  );

  // the company's policy, or the application, may ask for more than the session has
  login.checks.add(
    new Check('sign_in_policy', 'the sign-in policy or the application asks for more', async (ctx) => {
      const own = await ownSession(op, ctx);
      if (!own) return false; // nobody is signed in: the library asks anyway
      const visitor: Visitor = {
        services,
        context,
        scope: op.scopeOf(ctx, own),
        session: own,
        browser: readCookie(ctx.get('cookie'), op.cookieNames.browser) ?? '',
      };
      const step = await nextStepOf(visitor, {
        demands: { secondFactor: asksForSecondFactor(ctx.oidc.params?.acr_values) },
        applicationId: applicationIdOf(ctx.oidc.client!),
      });
      return step.step !== 'done';
    }),
  );

  policy.add(
    new Prompt(
      { name: 'access', requestable: false },
      new Check('not_allowed', 'the person may not open this application', 'access_denied', async (ctx) => {
        const verdict = await accessVerdict(op, ctx);
        if (verdict.allowed) return false;
        if (ctx.oidc.prompts.has('none')) {
          // nobody will see a page: the audit has the reason all the same
          const own = (await ownSession(op, ctx))!;
          const scope = op.scopeOf(ctx, own);
          const application = {
            applicationId: applicationIdOf(ctx.oidc.client!),
            name: ctx.oidc.client!.clientName ?? ctx.oidc.client!.clientId,
          };
          await recordRefusal(scope, { id: own.userId, name: scope.actor.name }, application, verdict, newSupportCode());
        }
        return true;
      }),
    ),
    1,
  );
  return policy;
}
