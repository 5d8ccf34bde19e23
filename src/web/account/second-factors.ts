import { toString as drawQrCode } from 'qrcode';
import { addOwnPasskey, addOwnTotp, findPolicyOf, removeOwnFactor, renewRecoveryCodes } from '../../domain/authentication/index.ts';
import { startRegistration } from '../../domain/credentials/passkey/index.ts';
import { countRecoveryCodes } from '../../domain/credentials/recovery-code/index.ts';
import { listSecondFactors } from '../../domain/credentials/second-factors/index.ts';
import { startTotp } from '../../domain/credentials/totp/index.ts';
import { fullName, getUser, identifier } from '../../domain/users/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import { type PageContext, passkeyCeremony, redirectTo, renderPage } from '../request/index.ts';

const at = '/account/second-factors';

export async function showFactors(page: PageContext): Promise<void> {
  const { scope, services, context, session } = page;
  const { secondFactor } = await findPolicyOf(scope, await services.findPolicy(context.contextId), await getUser(scope, session!.userId));
  renderPage(page, 'account/second-factors', {
    policy: secondFactor,
    canHavePasskeys: passkeyCeremony(page) !== undefined,
    factors: await listSecondFactors(scope, session!.userId),
    codesLeft: await countRecoveryCodes(scope, session!.userId),
  });
}

export async function showNewApp(page: PageContext, fault?: string): Promise<void> {
  const { scope, services, context, session, form } = page;
  const user = await getUser(scope, session!.userId);
  const offer = startTotp(scope, user.userId, { company: context.name, login: identifier(user) }, services.keyRing, form.get('offer'));
  renderPage(
    page,
    'account/new-app',
    {
      fault,
      offer,
      name: form.get('name') || page.t('second_factor.app'),
      qrCode: await drawQrCode(offer.uri, { type: 'svg', margin: 2 }),
      secret: offer.secret.replace(/(.{4})(?=.)/g, '$1 '),
    },
    { status: fault ? 422 : 200 },
  );
}

export async function submitNewApp(page: PageContext): Promise<void> {
  const { scope, services, session, form, t } = page;
  const offer = { sealed: form.get('offer'), code: form.get('code'), name: nameOf(page, t('second_factor.app')) };
  const codes = await addOwnTotp(scope, session!, offer, services.keyRing);
  if (!codes) return showNewApp(page, t('second_factor.wrong_first'));
  showCodes(page, codes);
}

export async function showNewPasskey(page: PageContext, fault?: string): Promise<void> {
  const ceremony = passkeyCeremony(page);
  if (!ceremony) throw notFound();
  const user = await getUser(page.scope, page.session!.userId);
  const passkey = await startRegistration(page.scope, ceremony, { userId: user.userId, login: identifier(user), name: fullName(user) });
  const name = page.form.get('name') || page.t('second_factor.passkey');
  renderPage(page, 'account/new-passkey', { fault, passkey, name }, { status: fault ? 422 : 200 });
}

export async function submitNewPasskey(page: PageContext): Promise<void> {
  const { scope, session, form, t } = page;
  const ceremony = passkeyCeremony(page);
  if (!ceremony) throw notFound();
  const name = nameOf(page, t('second_factor.passkey'));
  const added = await addOwnPasskey(scope, ceremony, session!, { sealed: form.get('challenge'), response: form.get('passkey'), name });
  if (!added) return showNewPasskey(page, t('second_factor.wrong_passkey'));
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
  const { scope, services, context, session, params } = page;
  await removeOwnFactor(scope, await services.findPolicy(context.contextId), session!, params.factor!);
  redirectTo(page, `${at}?done=factor_removed`);
}
