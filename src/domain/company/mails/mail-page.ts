import type { LinkKind } from '../../records/one-time-links/index.ts';

/** A page that anybody may hear of: a page that asks for a sign-in, or the one on which a lost password is told. */
export type OpenMailPage = { page: 'account' | 'recovery-request' | 'certificates' } | { page: 'application'; application: string };

/** A page behind a one-time link: whoever knows the token may use it. */
export type SecretMailPage = { page: LinkKind; token: string };

/** The page that a mail leads to, by name. Which address that is, app knows. */
export type MailPage = OpenMailPage | SecretMailPage;

/** Its token is a bearer value: what waits in the queue has to be sealed. */
export const isSecretPage = (page: MailPage): page is SecretMailPage => 'token' in page;
