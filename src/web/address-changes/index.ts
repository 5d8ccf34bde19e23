// Owns: the pages behind the links that confirm an address. Does not: ask for the change (web/account) nor need a sign-in: the link is the proof.
import { completeEmailChange, completeRecoveryEmail, confirmEmailChange } from '../../domain/people/address-changes/index.ts';
import { findLink, type LinkKind } from '../../domain/records/one-time-links/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { type PageContext, type Route, renderPage } from '../request/index.ts';

type Confirmation = (page: PageContext, token: string) => Promise<string>;

const confirmations = {
  'email-change': ({ scope }, token) => confirmEmailChange(scope, token),
  'email-confirm': ({ scope }, token) => completeEmailChange(scope, token),
  'recovery-email': ({ scope }, token) => completeRecoveryEmail(scope, token),
} as const satisfies Partial<Record<LinkKind, Confirmation>>;

type Kind = keyof typeof confirmations;

export const addressChangeRoutes: Route[] = (Object.keys(confirmations) as Kind[]).flatMap((kind): Route[] => [
  { method: 'GET', path: `/${kind}/:token`, access: 'anyone', handle: (page) => show(page, kind) },
  { method: 'POST', path: `/${kind}/:token`, access: 'anyone', handle: (page) => submit(page, kind) },
]);

const words = (kind: Kind) => kind.replace('-', '_');

/** Looking uses nothing up: mail scanners open every link. */
async function show(page: PageContext, kind: Kind): Promise<void> {
  const token = page.params.token!;
  const link = await findLink(page.scope, kind, token);
  if (!link) throw new AppError('link_over', 410);
  renderPage(page, 'address-changes/confirm', { kind: words(kind), email: link.payload.email, action: `/${kind}/${token}` });
}

async function submit(page: PageContext, kind: Kind): Promise<void> {
  const email = await confirmations[kind](page, page.params.token!);
  renderPage(page, 'address-changes/done', { kind: words(kind), email });
}
