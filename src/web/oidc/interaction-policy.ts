import { interactionPolicy } from 'oidc-provider';
import { recordRefusal } from '../../domain/applications/access/index.ts';
import { hasConsent, termsSettings } from '../../domain/applications/consents/index.ts';
import type { Scope, UserId } from '../../domain/scope.ts';
import { findNextStep } from '../../domain/sign-in/authentication/index.ts';
import { relyingPartyOf } from '../../domain/sign-in/credentials/passkey/index.ts';
import { readCookie } from '../../platform/http/index.ts';
import { clientOf, cookieNames, newSupportCode, personActor, type ResolvedContext, type Services } from '../request/index.ts';
import { applicationIdOf } from './account.ts';
import { asksForSecondFactor } from './acr.ts';
import { scopesAsked } from './consent.ts';
import { accessVerdict, ownSession } from './own-session.ts';

const { base, Check, Prompt } = interactionPolicy;

/** What may stand between an authorization request and its code: signing in, the access decision, and, for a third party's application, the person's consent; of its own applications the company decides. */
export function createInteractionPolicy(services: Services, context: ResolvedContext, scope: Scope) {
  const policy = base();

  // prompt=consent is accepted (offline_access asks for it, OpenID Connect Core §11), and asks only for a third party's application
  const consent = policy.get('consent')!;
  consent.checks.clear();
  consent.checks.add(
    new Check('third_party', 'the person has not agreed', 'consent_required', async (ctx) => {
      const { client, prompts, result, session } = ctx.oidc;
      if (!client!.consent_required) return false;
      const asksAgain = prompts.has('consent') && !prompts.has('none') && result?.consent === undefined;
      return asksAgain || !(await hasConsent(scope, session!.accountId as UserId, applicationIdOf(client!), scopesAsked(ctx.oidc.params)));
    }),
  );

  // prompt=login is satisfied by a proof made after this instant; the interaction's own iat has seconds only
  const login = policy.get('login')!;
  const details = login.details;
  login.details = async (ctx) => ({ ...(await details(ctx)), asked_at: services.clock.now().getTime() });

  // the session of a resumed interaction must be this browser's own, whatever the interaction says
  login.checks.add(
    new Check('own_session', 'End-User authentication is required', async (ctx) => {
      const own = await ownSession(ctx, services, context);
      return ctx.oidc.session!.accountId !== undefined && own?.userId !== ctx.oidc.session!.accountId;
    }),
  );

  // the company's policy, or the application, may ask for more than the session has
  login.checks.add(
    new Check('sign_in_policy', 'the sign-in policy or the application asks for more', async (ctx) => {
      const own = await ownSession(ctx, services, context);
      if (!own) return false; // nobody is signed in: the library asks anyway
      const as: Scope = { ...scope, actor: personActor(own, clientOf(services, ctx.req)) };
      const step = await findNextStep(as, await services.findPolicy(context.contextId), {
        session: own,
        demands: { secondFactor: asksForSecondFactor(ctx.oidc.params?.acr_values) },
        applicationId: applicationIdOf(ctx.oidc.client!),
        termsEdition: (await services.findSettings(context.contextId, termsSettings)).edition,
        canHavePasskeys: relyingPartyOf(context) !== undefined,
        browser: readCookie(ctx.get('cookie'), cookieNames(context).browser) ?? '',
      });
      return step.step !== 'done';
    }),
  );

  policy.add(
    new Prompt(
      { name: 'access', requestable: false },
      new Check('not_allowed', 'the person may not open this application', 'access_denied', async (ctx) => {
        const verdict = await accessVerdict(ctx, services, context);
        if (verdict.allowed) return false;
        if (ctx.oidc.prompts.has('none')) {
          // nobody will see a page: the audit has the reason all the same
          const own = (await ownSession(ctx, services, context))!;
          const actor = personActor(own, clientOf(services, ctx.req));
          const application = {
            applicationId: applicationIdOf(ctx.oidc.client!),
            name: ctx.oidc.client!.clientName ?? ctx.oidc.client!.clientId,
          };
          await recordRefusal({ ...scope, actor }, { id: own.userId, name: actor.name }, application, verdict, newSupportCode());
        }
        return true;
      }),
    ),
    1,
  );
  return policy;
}
