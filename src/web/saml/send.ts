import { keepResponse } from '../../domain/applications/response-artifacts/index.ts';
import { fullName } from '../../domain/people/users/index.ts';
import {
  artifactUrl,
  type Direction,
  newArtifact,
  type ResponseTree,
  redactMessage,
  redirectUrl,
  type Signer,
  writeTree,
} from '../../platform/saml/index.ts';
import { leaveTo, type PageContext, renderPage } from '../request/index.ts';
import { watch } from './receive.ts';
import type { SamlApplication, SamlPage } from './saml-context.ts';

export type Outgoing = {
  direction: Direction;
  xml: string;
  relayState?: string;
  /** Why it is a refusal. */
  reason?: string;
};

/** Sends a message by the POST binding (bindings §3.5): a form that sends itself, with a button for a browser without script. */
export async function sendByPost(page: PageContext, application: SamlApplication, location: string, outgoing: Outgoing): Promise<void> {
  const { direction, xml, relayState } = outgoing;
  await trace(page, application, location, outgoing);
  renderPage(
    page,
    'saml/post',
    { location, direction, message: Buffer.from(xml).toString('base64'), relayState, application: application.name },
    { postsElsewhere: true },
  );
}

export async function sendByRedirect(
  page: PageContext,
  application: SamlApplication,
  location: string,
  outgoing: Outgoing,
  signer: Signer,
): Promise<void> {
  const { direction, xml, relayState } = outgoing;
  await trace(page, application, location, outgoing);
  page.ctx.status = 303;
  page.ctx.redirect(await redirectUrl(location, direction, xml, relayState, signer));
}

/** Sends a reference by the browser, and keeps the response for the application to fetch (bindings §3.6). */
export async function sendByArtifact(
  page: SamlPage,
  application: SamlApplication,
  location: string,
  { response, relayState, reason }: { response: ResponseTree; relayState?: string; reason?: string },
): Promise<void> {
  const { ctx, scope, services, session } = page;
  const { artifact, handle } = newArtifact(page.saml.entityId);
  const person = reason === undefined && session ? { userId: session.userId, name: fullName(session.person) } : undefined;
  await keepResponse(scope, services.artifacts, application, handle, { response, person });
  await trace(page, application, `HTTP-Artifact ${location}`, { xml: writeTree(response), relayState, reason });
  const onward = artifactUrl(location, artifact, relayState);
  // a form of ours may be what led here: see leaveTo
  if (page.params.request !== undefined)
    return renderPage(page, 'saml/leave', { onward, application: application.name, hasAddress: false });
  leaveTo(ctx, onward);
}

const trace = (
  page: PageContext,
  application: SamlApplication,
  location: string,
  { xml, relayState, reason }: Omit<Outgoing, 'direction'>,
): Promise<void> =>
  watch(page, application, {
    direction: 'sent',
    name: /^<\w+:(\w+)/.exec(xml)?.[1] ?? '',
    reason,
    content: () => `${location}${relayState === undefined ? '' : `, RelayState ${relayState}`}\n\n${redactMessage(xml)}`,
  });
