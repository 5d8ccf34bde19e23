import { type Direction, redirectUrl, type Signer } from '../../platform/saml/index.ts';
import { type PageContext, renderPage } from '../request/index.ts';

/** Sends a message by the POST binding (bindings §3.5): a form that sends itself, with a button for a browser without script. */
export function sendByPost(
  page: PageContext,
  location: string,
  direction: Direction,
  xml: string,
  relayState: string | undefined,
  application: string,
): void {
  renderPage(
    page,
    'saml/post',
    { location, direction, message: Buffer.from(xml).toString('base64'), relayState, application },
    { formAction: formTargets(location) },
  );
}

export async function sendByRedirect(
  { ctx }: PageContext,
  location: string,
  direction: Direction,
  xml: string,
  relayState: string | undefined,
  signer: Signer,
): Promise<void> {
  ctx.status = 303;
  ctx.redirect(await redirectUrl(location, direction, xml, relayState, signer));
}

/** Chromium applies form-action to the redirects that follow a form: an https partner may lead on to any of its own hosts. */
export const formTargets = (location: string): string[] => (location.startsWith('https:') ? ['https:'] : [new URL(location).origin]);
