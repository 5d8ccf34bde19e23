import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { addSeconds } from '../../../../platform/clock/index.ts';
import { hashToken, newId } from '../../../../platform/crypto/index.ts';
import type { ArtifactStore } from '../../../records/protocol-artifacts/index.ts';
import type { Row } from '../../../rows.ts';
import type { Scope, Transaction, UserId } from '../../../scope.ts';
import type { RelyingParty } from './relying-party.ts';

/** Its readers of certificates are large, and a company may have no passkeys. */
const webAuthn = () => import('@simplewebauthn/server');

/** What both ceremonies need: whose browser it is, and what remembers that a challenge was used. */
export type Ceremony = { party: RelyingParty; browser: string; artifacts: ArtifactStore };

/** `options` go to the browser; `sealed` comes back with the answer: a challenge of this browser, of the last ten minutes, for this ceremony. */
export type Offer = { options: unknown; sealed: string };

const challengeSeconds = 600;
/** WebAuthn §5.8.4: other information about the browser is not kept. */
const transports = ['usb', 'nfc', 'ble', 'smart-card', 'hybrid', 'internal', 'cable'] as const;
const purposeOf = ({ contextId }: Scope, { browser }: Ceremony, kind: string) =>
  `passkey:${contextId}:${kind}:${hashToken(browser).toString('hex')}`;
const passkeys = ({ db, contextId }: Scope) => db('second_factors').where({ context_id: contextId, kind: 'passkey' });

function seal(scope: Scope, ceremony: Ceremony, kind: string, challenge: string): string {
  return scope.keyRing.encrypt(JSON.stringify({ challenge, at: scope.clock.now().getTime() }), purposeOf(scope, ceremony, kind));
}

/** Once: whoever presents the same challenge again, here or in another process, presents a copy (WebAuthn §13.4.3). */
async function takeChallenge(scope: Scope, ceremony: Ceremony, kind: string, sealed: string): Promise<string | undefined> {
  let opened: { challenge: string; at: number };
  try {
    opened = JSON.parse(scope.keyRing.decrypt(sealed, purposeOf(scope, ceremony, kind)).toString());
  } catch {
    return undefined; // another browser's, another ceremony's, or cut
  }
  const now = scope.clock.now();
  if (now.getTime() - opened.at > challengeSeconds * 1000) return undefined;
  const isFirst = await ceremony.artifacts.insertOnce(
    scope.contextId,
    'PasskeyChallenge',
    opened.challenge,
    {},
    addSeconds(now, challengeSeconds),
  );
  return isFirst ? opened.challenge : undefined;
}

/** What the browser sent, or undefined when it is not even of the shape. */
function parse<T>(text: string): T | undefined {
  try {
    const value = text.length <= 20_000 ? JSON.parse(text) : undefined;
    return value && /^[\w-]{1,1400}$/.test(value.id) && typeof value.response === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

const transportsOf = ({ transports: known }: Pick<Row<'second_factors'>, 'transports'>) => transports.filter((one) => known?.includes(one));

/** In the form that tells browsers which keys may be used. */
async function listCredentials(scope: Scope, userId: UserId) {
  const rows = await passkeys(scope).where('user_id', userId).select('credential_id', 'transports');
  return rows.map((row) => ({ id: row.credential_id!, transports: transportsOf(row) }));
}

export async function startRegistration(
  scope: Scope,
  ceremony: Ceremony,
  user: { userId: UserId; login: string; name: string },
): Promise<Offer> {
  const known = await listCredentials(scope, user.userId);
  const options = await (await webAuthn()).generateRegistrationOptions({
    rpName: ceremony.party.name,
    rpID: ceremony.party.id,
    userName: user.login,
    userDisplayName: user.name,
    userID: new TextEncoder().encode(user.userId), // opaque, as WebAuthn §14.6.1 asks
    excludeCredentials: known,
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    attestationType: 'none',
  });
  return { options, sealed: seal(scope, ceremony, 'registration', options.challenge) };
}

/** @returns the methods it proves (RFC 8176), or undefined when it is not what was asked for, or is somebody's already */
export async function addPasskey(
  scope: Transaction,
  ceremony: Ceremony,
  userId: UserId,
  answer: { sealed: string; response: string; name: string },
): Promise<string[] | undefined> {
  const response = parse<RegistrationResponseJSON>(answer.response);
  const challenge = response && (await takeChallenge(scope, ceremony, 'registration', answer.sealed));
  if (!response || !challenge) return undefined;
  const { party } = ceremony;
  const verified = await (await webAuthn())
    .verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
    })
    .catch(() => undefined);
  if (!verified?.verified) return undefined;
  const { credential, credentialBackedUp } = verified.registrationInfo;
  const now = scope.clock.now();
  const inserted = await scope
    .db('second_factors')
    .insert({
      context_id: scope.contextId,
      user_id: userId,
      factor_id: newId(now.getTime()),
      kind: 'passkey',
      name: answer.name,
      created_at: now,
      last_used_at: now,
      credential_id: credential.id,
      public_key: Buffer.from(credential.publicKey),
      sign_count: credential.counter,
      transports: Array.isArray(credential.transports) ? transports.filter((one) => credential.transports!.includes(one)) : [],
      is_backed_up: credentialBackedUp,
    })
    .onConflict(scope.db.raw('(context_id, credential_id) WHERE credential_id IS NOT NULL'))
    .ignore()
    .returning('factor_id');
  return inserted.length === 1 ? methodsOf(credentialBackedUp) : undefined;
}

/** @param userId whose passkeys may answer; undefined lets the person choose among those of this browser (discoverable credentials) */
export async function startAssertion(scope: Scope, ceremony: Ceremony, userId?: UserId): Promise<Offer> {
  const known = userId && (await listCredentials(scope, userId));
  const options = await (await webAuthn()).generateAuthenticationOptions({
    rpID: ceremony.party.id,
    allowCredentials: known || undefined,
    userVerification: 'required',
  });
  return { options, sealed: seal(scope, ceremony, 'assertion', options.challenge) };
}

/** Whose passkey an answer claims to be by; nothing is proven yet. */
export async function findPasskeyOwner(scope: Scope, response: string): Promise<UserId | undefined> {
  const id = parse<AuthenticationResponseJSON>(response)?.id;
  return id === undefined || id.length > 1400 ? undefined : (await passkeys(scope).where('credential_id', id).first('user_id'))?.user_id;
}

/** @returns the methods it proves (RFC 8176), or undefined */
export async function provePasskey(
  scope: Scope,
  ceremony: Ceremony,
  userId: UserId,
  answer: { sealed: string; response: string },
): Promise<string[] | undefined> {
  const response = parse<AuthenticationResponseJSON>(answer.response);
  const row = response && (await passkeys(scope).where({ credential_id: response.id, user_id: userId }).first());
  const challenge = row && (await takeChallenge(scope, ceremony, 'assertion', answer.sealed));
  if (!response || !row || !challenge) return undefined;
  const { party } = ceremony;
  const verified = await (await webAuthn())
    .verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      credential: { id: response.id, publicKey: new Uint8Array(row.public_key!), counter: row.sign_count!, transports: transportsOf(row) },
    })
    .catch(() => undefined); // a counter that goes back is a copy of the key (WebAuthn §6.1.1)
  if (!verified?.verified) return undefined;
  const { newCounter, credentialBackedUp } = verified.authenticationInfo;
  const used = await passkeys(scope)
    .where({ user_id: userId, factor_id: row.factor_id })
    .update({ sign_count: newCounter, is_backed_up: credentialBackedUp, last_used_at: scope.clock.now() });
  // taken away meanwhile
  return used === 1 ? methodsOf(credentialBackedUp) : undefined;
}

/** A key in hardware or one that is synchronised; the person was there and was verified, so that it is two factors. */
const methodsOf = (isBackedUp: boolean): string[] => [isBackedUp ? 'swk' : 'hwk', 'user', 'mfa'];
