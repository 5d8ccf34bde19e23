import { type Direction, redactMessage, redirectUrl, type Signer } from '../../platform/saml/index.ts';
import { type PageContext, renderPage } from '../request/index.ts';
import { watch } from './receive.ts';
import type { SamlApplication } from './saml-context.ts';

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

const trace = (page: PageContext, application: SamlApplication, location: string, { xml, relayState, reason }: Outgoing): Promise<void> =>
  watch(page, application, {
    direction: 'sent',
    name: /^<\w+:(\w+)/.exec(xml)?.[1] ?? '',
    reason,
    content: () => `${location}${relayState === undefined ? '' : `, RelayState ${relayState}`}\n\n${redactMessage(xml)}`,
  });
