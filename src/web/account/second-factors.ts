import { addOwnFactor, removeOwnFactor, renewRecoveryCodes } from '../../domain/sign-in/authentication/index.ts';
import { countRecoveryCodes } from '../../domain/sign-in/credentials/recovery-code/index.ts';
import { listSecondFactors } from '../../domain/sign-in/credentials/second-factors/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import {
  offerPasskey,
  offerTotp,
  type PageContext,
  passkeyCeremony,
  policyOf,
  readEnrolment,
  redirectTo,
  renderPage,
  rulesOf,
} from '../request/index.ts';

const at = '/account/second-factors';

export async function showFactors(page: PageContext): Promise<void> {
  const { scope, session } = page;
  renderPage(page, 'account/second-factors', {
    policy: (await policyOf(page, session!.userId)).secondFactor,
    canHavePasskeys: passkeyCeremony(page) !== undefined,
    factors: await listSecondFactors(scope, session!.userId),
    codesLeft: await countRecoveryCodes(scope, session!.userId),
  });
}

export async function showNewApp(page: PageContext, fault?: string): Promise<void> {
  const locals = { fault, name: page.form.get('name') || page.t('second_factor.app'), ...(await offerTotp(page, page.session!.userId)) };
  renderPage(page, 'account/new-app', locals, { status: fault ? 422 : 200 });
}

export async function submitNewApp(page: PageContext): Promise<void> {
  const answer = readEnrolment(page, 'totp', nameOf(page, page.t('second_factor.app')));
  const added = answer && (await addOwnFactor(page.scope, page.session!, answer));
  if (!added) return showNewApp(page, page.t('second_factor.wrong_first'));
  showCodes(page, added.codes);
}

export async function showNewPasskey(page: PageContext, fault?: string): Promise<void> {
  const ceremony = passkeyCeremony(page);
  if (!ceremony) throw notFound();
  const passkey = await offerPasskey(page, ceremony, page.session!.userId);
  const name = page.form.get('name') || page.t('second_factor.passkey');
  renderPage(page, 'account/new-passkey', { fault, passkey, name }, { status: fault ? 422 : 200 });
}

export async function submitNewPasskey(page: PageContext): Promise<void> {
  const answer = readEnrolment(page, 'passkey', nameOf(page, page.t('second_factor.passkey')));
  if (!answer) throw notFound();
  const added = await addOwnFactor(page.scope, page.session!, answer);
  if (!added) return showNewPasskey(page, page.t('second_factor.wrong_passkey'));
  showCodes(page, added.codes);
}

const nameOf = ({ form }: PageContext, otherwise: string): string =>
  form.get('name').trim().slice(0, 60).replace(/\p{C}/gu, '') || otherwise;

function showCodes(page: PageContext, codes: string[]): void {
  if (codes.length === 0) redirectTo(page, `${at}?done=factor_added`);
  else renderPage(page, 'account/recovery-codes', { codes });
}

export async function submitCodes(page: PageContext): Promise<void> {
  renderPage(page, 'account/recovery-codes', { codes: await renewRecoveryCodes(page.scope, page.session!) });
}

export async function confirmRemoval(page: PageContext): Promise<void> {
  const factor = (await listSecondFactors(page.scope, page.session!.userId)).find(({ factorId }) => factorId === page.params.factor);
  if (!factor) throw notFound();
  renderPage(page, 'account/remove-factor', { factor });
}

export async function submitRemoval(page: PageContext): Promise<void> {
  await removeOwnFactor(page.scope, await rulesOf(page), page.session!, page.params.factor!);
  redirectTo(page, `${at}?done=factor_removed`);
}
