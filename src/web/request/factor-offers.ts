import { toString as drawQrCode } from 'qrcode';
import { fullName, getUser, identifier } from '../../domain/people/users/index.ts';
import { type Ceremony, type Offer, startRegistration } from '../../domain/sign-in/credentials/passkey/index.ts';
import { startTotp } from '../../domain/sign-in/credentials/totp/index.ts';
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
