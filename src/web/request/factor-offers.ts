import { toString as drawQrCode } from 'qrcode';
import { fullName, getUser, identifier } from '../../domain/people/users/index.ts';
import type { Enrolment } from '../../domain/sign-in/authentication/index.ts';
import { type Ceremony, type Offer, startRegistration } from '../../domain/sign-in/credentials/passkey/index.ts';
import { startTotp } from '../../domain/sign-in/credentials/totp/index.ts';
import type { SecondFactor } from '../../domain/sign-in/sign-in-policy/index.ts';
import { passkeyCeremony } from './passkeys.ts';
import type { PageContext } from './route.ts';

/** What a page needs to set up an authenticator app: the QR code, the secret to type, and what the form brings back. The secret that a form brought stays. */
export async function offerTotp(
  page: PageContext,
  userId: string,
): Promise<{ offer: { uri: string; sealed: string }; qrCode: string; secret: string }> {
  const { scope, context, form } = page;
  const user = await getUser(scope, userId);
  const offer = startTotp(scope, user.userId, { company: context.name, login: identifier(user) }, form.get('offer'));
  return { offer, qrCode: await drawQrCode(offer.uri, { type: 'svg', margin: 2 }), secret: offer.secret.replace(/(.{4})(?=.)/g, '$1 ') };
}

/** What a page needs to set up a passkey. */
export async function offerPasskey({ scope }: PageContext, ceremony: Ceremony, userId: string): Promise<Offer> {
  const user = await getUser(scope, userId);
  return startRegistration(scope, ceremony, { userId: user.userId, login: identifier(user), name: fullName(user) });
}

/** What an enrolment's form brought back. @returns undefined where browsers know no passkeys */
export function readEnrolment(page: PageContext, kind: SecondFactor, name: string): Enrolment | undefined {
  const { form } = page;
  if (kind === 'totp') return { kind, sealed: form.get('offer'), code: form.get('code'), name };
  const ceremony = passkeyCeremony(page);
  return ceremony && { kind, ceremony, sealed: form.get('challenge'), response: form.get('passkey'), name };
}
