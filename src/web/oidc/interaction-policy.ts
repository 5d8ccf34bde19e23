import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { type AccessVerdict, recordRefusal } from '../../domain/applications/access/index.ts';
import type { UserId } from '../../domain/scope.ts';
import type { Session } from '../../domain/sign-in/sessions/index.ts';
import { readCookie } from '../../platform/http/index.ts';
import { newSupportCode, nextStepOf, type Visitor } from '../request/index.ts';
import { applicationIdOf } from './account.ts';
import { acrOf, acrValues } from './acr.ts';
import { acrDemanded, asksForSecondFactor } from './claims-parameter.ts';
import { mayKnow } from './consent.ts';
import { type ContextProvider, currentOp } from './context-provider.ts';
import { accessVerdict, ownSession } from './own-session.ts';

const { base, Check, Prompt } = interactionPolicy;

/**
 * What may stand between an authorization request and its code: a new account or the choice of one, where it is asked for, signing in, the access decision, and, for a third party's application, the person's consent; of its
 * own applications the company decides.
 */
export function createInteractionPolicy(mayRegister: boolean) {
  const policy = base();
  const consent = policy.get('consent')!;
  consent.checks.clear();
  consent.checks.add(thirdPartyConsent);
  consent.checks.add(privateUseIsSeen);

  const login = policy.get('login')!;
  // prompt=login is satisfied by a proof made after this instant; the interaction's own iat has seconds only
  const details = login.details;
  login.details = async (ctx) => ({ ...(await details(ctx)), asked_at: currentOp().services.clock.now().getTime() });
  login.checks.add(sessionIsOwn);
  // ours instead of the library's: a session of several factors meets a demand for one
  login.checks.remove('essential_acr');
  login.checks.remove('essential_acrs');
  login.checks.add(acrIsMet);
  login.checks.add(policyIsMet);

  policy.add(new Prompt({ name: 'access', requestable: false }, accessIsAllowed), 1);
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0);
  // Initiating User Registration §4; where nobody may register it stays an error
  if (mayRegister) policy.add(new Prompt({ name: 'create', requestable: true }), 0);
  return policy;
}

/** prompt=consent is accepted (offline_access asks for it, OpenID Connect Core §11), and asks only for a third party's application. */
const thirdPartyConsent = new Check('third_party', 'the person has not agreed', 'consent_required', async (ctx) => {
  const { client, prompts, result, session } = ctx.oidc;
  const asksAgain = prompts.has('consent') && !prompts.has('none') && result?.consent === undefined;
  return (client!.consent_required === true && asksAgain) || !(await mayKnow(currentOp(), ctx, session!.accountId as UserId));
});

/** Any program of a device may claim a scheme without a dot: nobody gets a code there unseen (RFC 8252 §8.6). */
const privateUseIsSeen = new Check(
  'private_use_scheme',
  'the redirect address is of a scheme that any program may claim',
  'interaction_required',
  (ctx) => {
    const { client, prompts, params } = ctx.oidc;
    return client!.allow_private_use_schemes === true && prompts.has('none') && !/^(https?:|[^:]*\.)/.test(String(params?.redirect_uri));
  },
);

/** The session of a resumed interaction must be this browser's own, whatever the interaction says. */
const sessionIsOwn = new Check('own_session', 'End-User authentication is required', async (ctx) => {
  const own = await ownSession(currentOp(), ctx);
  return ctx.oidc.session!.accountId !== undefined && own?.userId !== ctx.oidc.session!.accountId;
});

/** The company's policy, or the application, may ask for more than the session has. */
const policyIsMet = new Check('sign_in_policy', 'the sign-in policy or the application asks for more', async (ctx) => {
  const op = currentOp();
  const own = await ownSession(op, ctx);
  if (!own) return false; // nobody is signed in: the library asks anyway
  const step = await nextStepOf(visitorOf(op, ctx, own), {
    demands: { secondFactor: asksForSecondFactor(ctx.oidc.params) },
    applicationId: applicationIdOf(ctx.oidc.client!),
  });
  return step.step !== 'done';
});

/** An `acr` that is essential is answered with one of its values, or not at all (OpenID Connect Core §5.5.1.1). */
const acrIsMet = new Check('essential_acr', 'the acr that is essential could not be obtained', 'login_required', async (ctx) => {
  const demanded = acrDemanded(ctx.oidc.params);
  const own = await ownSession(currentOp(), ctx);
  if (demanded.length === 0 || !own || demanded.includes(acrOf(own.amr))) return false;
  if (!demanded.includes(acrValues.single)) return true;
  ctx.oidc.session!.acr = acrValues.single; // several factors are one as well
  return false;
});

const visitorOf = (op: ContextProvider, ctx: KoaContextWithOIDC, session: Session): Visitor => ({
  services: op.services,
  context: op.context,
  scope: op.scopeOf(ctx, session),
  session,
  browser: readCookie(ctx.get('cookie'), op.cookieNames.browser) ?? '',
});

const accessIsAllowed = new Check('not_allowed', 'the person may not open this application', 'access_denied', async (ctx) => {
  const op = currentOp();
  const verdict = await accessVerdict(op, ctx);
  if (verdict.allowed) return false;
  // nobody will see a page: the audit has the reason all the same
  if (ctx.oidc.prompts.has('none')) await recordUnseen(op, ctx, verdict);
  return true;
});

async function recordUnseen(
  op: ContextProvider,
  ctx: KoaContextWithOIDC,
  verdict: Extract<AccessVerdict, { allowed: false }>,
): Promise<void> {
  const own = (await ownSession(op, ctx))!;
  const client = ctx.oidc.client!;
  const scope = op.scopeOf(ctx, own);
  const application = { applicationId: applicationIdOf(client), name: client.clientName ?? client.clientId };
  await recordRefusal(scope, { id: own.userId, name: scope.actor.name }, application, verdict, newSupportCode());
}
