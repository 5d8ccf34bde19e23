import type { Client, InteractionResults, Provider } from 'oidc-provider';
import { decide } from '../../domain/applications/access/index.ts';
import { describeApiScopes, readApiScopeKey } from '../../domain/applications/apis/index.ts';
import { getApplication, secondsOf } from '../../domain/applications/applications/index.ts';
import { giveConsent } from '../../domain/applications/consents/index.ts';
import { fullName } from '../../domain/people/users/index.ts';
import type { Demands } from '../../domain/sign-in/authentication/index.ts';
import { addSeconds, epochSeconds } from '../../platform/clock/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { keepOpener, leadInside } from '../../platform/http/index.ts';
import {
  followUiLocales,
  nextStepOf,
  type PageContext,
  type Route,
  recordNoAccess,
  redirectTo,
  renderNoAccess,
  renderPage,
  sendToRegistration,
  sendToSignIn,
  shortHint,
} from '../request/index.ts';
import { applicationIdOf } from './account.ts';
import { acrOf, acrValues } from './acr.ts';
import { acrDemanded, asksForSecondFactor } from './claims-parameter.ts';
import { scopesAsked } from './consent.ts';
import type { ContextProvider } from './context-provider.ts';
import { leadOn, noteAnswered } from './lost-interaction.ts';
import type { ProviderDirectory } from './provider-directory.ts';

type Interaction = InstanceType<Provider['Interaction']>;

/** The places where a person meets an authorization request: on the way to the sign-in page, back from it, and when access is refused. */
export const interactionRoutes = (providers: ProviderDirectory): Route[] => [
  { method: 'GET', path: '/oidc/interaction/:uid', access: 'anyone', handle: (page) => handleFor(providers, page, showInteraction) },
  {
    method: 'POST',
    path: '/oidc/interaction/:uid',
    access: 'anyone',
    // of a form that was shown to somebody else, or before a sign-in: it is asked once more
    showOutdated: (page) => handleFor(providers, page, showInteraction),
    handle: (page) => handleFor(providers, page, submitAnswer),
  },
];

async function handleFor(
  providers: ProviderDirectory,
  page: PageContext,
  handle: (page: PageContext, op: ContextProvider) => Promise<void>,
): Promise<void> {
  keepOpener(page.ctx.res);
  const op = await providers.get(page.context);
  await op.run(() => handle(page, op));
}

async function showInteraction(page: PageContext, op: ContextProvider): Promise<void> {
  const { provider } = op;
  const interaction = await findInteraction(page, provider);
  if (!interaction) return leadOn(page, provider);
  const client = await provider.Client.find(String(interaction.params.client_id));
  if (!client) throw new AppError('request_expired', 400);
  if (interaction.prompt.name === 'access') return showRefusal(page, interaction, applicationIdOf(client));
  if (interaction.prompt.name === 'consent') return showConsent(page, op, interaction, client);
  const { name } = interaction.prompt;
  if ((name === 'select_account' || name === 'create') && !interaction.prompt.details.other_since) {
    if (name === 'select_account' && page.session) return showChoice(page, interaction, client);
    await askForOther(page, interaction); // the sign-in page is the choice
  }

  const demands = demandsOf(interaction);
  const applicationId = applicationIdOf(client);
  if ((await nextStepOf(page, { demands, applicationId })).step === 'done')
    return finish(
      page,
      interaction,
      cannotMeet(page, interaction) ?? {
        login: loginResult(page),
        ...(name === 'select_account' || name === 'create' ? { [name]: {} } : {}),
      },
    );
  const { ui_locales: uiLocales } = interaction.params;
  const hint = interaction.prompt.details.other_since ? '' : interaction.params.login_hint;
  const asked = typeof uiLocales === 'string' ? { uiLocales } : {};
  const destination = { protocol: 'oidc', path: `/oidc/interaction/${interaction.uid}`, isAwaited: true, ...asked } as const;
  if (name === 'create') return sendToRegistration(page, { destination, applicationId, demands });
  const told = typeof hint === 'string' ? { login_hint: shortHint(hint) } : undefined;
  await sendToSignIn(page, { destination, applicationId, demands }, told);
}

/** prompt=login and max_age (OpenID Connect Core §3.1.2.1); a hint of another person, or the wish to be another, asks for a new sign-in, too. */
function demandsOf({ params, prompt }: Interaction): Demands {
  const prompts = String(params.prompt ?? '').split(' ');
  const otherPerson = prompt.reasons.some((reason) => reason === 'id_token_hint' || reason === 'claims_id_token_sub_value');
  const isOther = prompt.name === 'select_account' || prompt.name === 'create';
  const provenAfter = isOther ? prompt.details.other_since : prompt.details.asked_at;
  return {
    provenAfter: prompts.includes('login') || otherPerson || isOther ? asInstant(provenAfter) : undefined,
    maxAgeSeconds: params.max_age === undefined ? undefined : Number(params.max_age),
    secondFactor: asksForSecondFactor(params),
  };
}

/** The company has no second factor, and the application cannot do without one (OpenID Connect Core §5.5.1.1): another sign-in would be no better. */
function cannotMeet({ session }: PageContext, { params, prompt }: Interaction): InteractionResults | undefined {
  const demanded = acrDemanded(params);
  if (!prompt.reasons.includes('essential_acr') || demanded.includes(acrOf(session!.amr)) || demanded.includes(acrValues.single))
    return undefined;
  return { error: 'unmet_authentication_requirements', error_description: 'the company has no second factor, and the acr is essential' };
}

const asInstant = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));

const loginResult = ({ session }: PageContext): InteractionResults['login'] => ({
  accountId: session!.userId,
  ts: epochSeconds(session!.authenticatedAt),
  amr: session!.amr,
  acr: acrOf(session!.amr),
  remember: true,
});

async function showRefusal(page: PageContext, interaction: Interaction, applicationId: ReturnType<typeof applicationIdOf>): Promise<void> {
  if (!page.session) return finish(page, interaction, {});
  const verdict = decide(await page.services.findAccess(page.context.contextId, page.session.userId, applicationId));
  if (verdict.allowed) return finish(page, interaction, {}); // assigned while the page was open
  const application = await getApplication(page.scope, applicationId);
  const supportCode = await recordNoAccess(page, application, verdict);
  renderNoAccess(page, application, supportCode);
}

/** The application gets an error of the protocol (RFC 6749 §4.1.2.1): "Back to the application", or that the person did not agree or does not want to sign in. */
async function submitAnswer(page: PageContext, op: ContextProvider): Promise<void> {
  const { provider } = op;
  const interaction = await findInteraction(page, provider);
  if (!interaction) throw new AppError('request_expired', 400);
  const client = await provider.Client.find(String(interaction.params.client_id));
  if (!client) throw new AppError('request_expired', 400);
  const applicationId = applicationIdOf(client);
  await noteAnswered(page, interaction, applicationId);
  const { name } = interaction.prompt;
  if (page.form.get('decision') === 'cancel')
    return finish(page, interaction, { error: 'access_denied', error_description: 'the person cancelled the sign-in' });
  if (name === 'access')
    return finish(page, interaction, { error: 'access_denied', error_description: 'the person may not open this application' });
  if (name === 'select_account') return selectAccount(page, interaction);
  if (name !== 'consent') throw new AppError('request_expired', 400);
  // signed out or somebody else by now: the request goes on from its beginning
  if (!page.session || interaction.session?.uid !== page.session.sessionId) return finish(page, interaction, {});
  if ((await nextStepOf(page, { demands: demandsOf(interaction), applicationId })).step !== 'done') return finish(page, interaction, {});
  if (page.form.get('decision') !== 'allow')
    return finish(page, interaction, { error: 'access_denied', error_description: 'the person did not agree' });
  const { userId } = page.session;
  const scopes = await scopesAsked(op, client, interaction.params, userId);
  // what the person is granted changed while the page was open: they are shown what it is now
  if (page.form.get('asked') !== scopes.join(', ')) return finish(page, interaction, {});
  await giveConsent(page.scope, userId, applicationId, scopes);
  await finish(page, interaction, { consent: {} });
}

/** prompt=select_account (OpenID Connect Core §3.1.2.1): the signed-in person continues, or somebody else signs in. */
function showChoice(page: PageContext, { uid }: Interaction, { clientName, clientId }: Client): void {
  const { person } = page.session!;
  renderPage(page, 'oidc/select-account', {
    application: clientName ?? clientId,
    name: fullName(person),
    login: person.login,
    account: page.session!.userId,
    action: `/oidc/interaction/${uid}`,
    cancel: `/oidc/interaction/${uid}`,
  });
}

async function selectAccount(page: PageContext, interaction: Interaction): Promise<void> {
  const isOther = page.form.get('decision') === 'other';
  // somebody else signed in while the page was open: the person named on it has to confirm again
  const isShown = page.form.get('account') === page.session?.userId;
  if (!isOther && isShown) return finish(page, interaction, { select_account: {} });
  if (isOther) await askForOther(page, interaction);
  redirectTo(page, `/oidc/interaction/${interaction.uid}`);
}

/** Only a sign-in from now on is the answer. */
async function askForOther({ services }: PageContext, interaction: Interaction): Promise<void> {
  const now = services.clock.now();
  interaction.prompt.details.other_since = now.getTime();
  await interaction.save(Math.max(1, interaction.exp - epochSeconds(now)));
}

/** A third party's application: what it would learn, in words. */
async function showConsent(page: PageContext, op: ContextProvider, interaction: Interaction, client: Client): Promise<void> {
  if (!page.session || interaction.session?.uid !== page.session.sessionId) return finish(page, interaction, {});
  const application = await getApplication(page.scope, applicationIdOf(client));
  const asked = await scopesAsked(op, client, interaction.params, page.session.userId);
  renderPage(page, 'oidc/consent', {
    application,
    asked: asked.join(', '),
    scopes: asked.filter((key) => !readApiScopeKey(key)),
    apis: await describeApiScopes(page.scope, asked, page.locale),
    offlineUntil: addSeconds(page.services.clock.now(), secondsOf(application.oidc, 'grant_seconds')),
    login: page.session.person.login,
    action: `/oidc/interaction/${interaction.uid}`,
  });
}

/** Only of this browser: without its cookie a link to somebody's interaction would sign them in as the person who follows it. */
async function findInteraction(page: PageContext, provider: Provider): Promise<Interaction | undefined> {
  const { ctx, params } = page;
  const cookie = provider.createContext(ctx.req, ctx.res).cookies.get(provider.cookieName('interaction'), { signed: true });
  const interaction = cookie && cookie === params.uid ? await provider.Interaction.find(params.uid) : undefined;
  if (interaction) followUiLocales(page, interaction.params.ui_locales);
  return interaction;
}

async function finish(page: PageContext, interaction: Interaction, result: InteractionResults): Promise<void> {
  interaction.result = 'error' in result ? result : { ...interaction.lastSubmission, ...result };
  // somebody else signed in meanwhile: the interaction goes on as that person's, and what the other proved is not theirs
  if (interaction.result.login && interaction.result.login.accountId !== page.session?.userId) interaction.result.login = undefined;
  if (interaction.session && interaction.session.uid !== page.session?.sessionId) interaction.session = undefined;
  await interaction.save(Math.max(1, interaction.exp - epochSeconds(page.services.clock.now())));
  page.ctx.status = 303;
  page.ctx.redirect(interaction.returnTo);
  // the answer for a device is a page, too
  if (interaction.returnTo.includes('/oidc/authorize/')) leadInside(page.ctx.res, interaction.returnTo);
}
