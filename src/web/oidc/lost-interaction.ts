import type { Provider } from 'oidc-provider';
import { addSeconds } from '../../platform/clock/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { type PageContext, redirectTo, renderCookiesMissing } from '../request/index.ts';
import { applicationIdOf } from './account.ts';

type Interaction = InstanceType<Provider['Interaction']>;

const kind = 'InteractionAnswered';
const lifetimeSeconds = 3600;
const longestQuery = 6000;

/** Remembers to which application a page with an answer belonged: the library forgets the request once it is answered, and the back button leads here. */
export async function noteAnswered({ scope, services }: PageContext, interaction: Interaction, applicationId: string): Promise<void> {
  const expiresAt = addSeconds(services.clock.now(), lifetimeSeconds);
  const { uid: id } = interaction;
  await services.artifacts.save({ contextId: scope.contextId, kind, id, payload: { applicationId }, index: {}, expiresAt });
}

/**
 * For a browser that cannot go on with an authorization request: it was answered, or the cookie is gone, refused, or another browser's. Starting again is the
 * application's own request once more, judged as if it had just come; the person asks for it by a link, so that nothing goes in a circle.
 * @throws AppError request_expired
 */
export async function leadOn(page: PageContext, provider: Provider): Promise<void> {
  const { params, services, scope, ctx } = page;
  const uid = params.uid ?? '';
  const answered = await services.artifacts.find(scope.contextId, kind, uid);
  if (answered)
    return redirectTo(page, services.pathOf({ page: 'application-start', application: String(answered.payload.applicationId) }));
  const interaction = await provider.Interaction.find(uid);
  const client = interaction && (await provider.Client.find(String(interaction.params.client_id)));
  if (!interaction || !client) throw new AppError('request_expired', 400);
  // what was pushed was told to nobody else, and is used up
  if (page.query('again') !== '' && (interaction as Interaction & { parJti?: string }).parJti)
    return redirectTo(page, services.pathOf({ page: 'application-start', application: applicationIdOf(client) }));
  if (page.query('again') === '' && page.isKnownBrowser) throw new AppError('request_expired', 400);
  if (page.query('again') === '') {
    const application = { applicationId: applicationIdOf(client), name: client.clientName };
    return renderCookiesMissing(page, `${ctx.state.path}?again=yes`, application);
  }
  const again = Object.entries(interaction.params).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(again.map(([name, value]) => [name, String(value)])).toString();
  // more than a request line takes: it was posted
  if (query.length > longestQuery)
    return redirectTo(page, services.pathOf({ page: 'application-start', application: applicationIdOf(client) }));
  redirectTo(page, `/oidc/authorize?${query}`);
}
