// Owns: passkeys (WebAuthn Level 3): registering one and verifying its assertions, each challenge once. User verification is always required, so that one is two factors.
// Does not: count attempts (attempts) nor decide when one is asked for (authentication).
import { fullName, identifier } from '../../../people/users/index.ts';
import type { Factor, Place } from '../factor.ts';
import { addPasskey, type Ceremony, findPasskeyOwner, provePasskey, startAssertion, startRegistration } from './passkeys.ts';
import { relyingPartyOf } from './relying-party.ts';

/** @returns undefined where browsers know no passkeys */
function ceremonyAt({ origin, company, browser, artifacts }: Place): Ceremony | undefined {
  const party = relyingPartyOf({ origin, name: company });
  return party && { party, browser, artifacts };
}

/** @throws Error where it is offered to browsers that know no passkeys: whoever asks has looked at `isUsableAt` */
function ceremonyFor(place: Place): Ceremony {
  const ceremony = ceremonyAt(place);
  if (!ceremony) throw new Error(`browsers know no passkeys at ${place.origin}`);
  return ceremony;
}

export const passkey: Factor = {
  isIn: (amr) => amr.includes('hwk') || amr.includes('swk'),
  isUsableAt: (origin) => relyingPartyOf({ origin, name: '' }) !== undefined,
  hostOf: (origin) => relyingPartyOf({ origin, name: '' })?.id,
  offer: (scope, place, user) =>
    startRegistration(scope, ceremonyFor(place), { userId: user.userId, login: identifier(user), name: fullName(user) }),
  async enrol(scope, place, userId, answer, name) {
    const ceremony = ceremonyAt(place);
    return ceremony && addPasskey(scope, ceremony, userId, { sealed: answer.get('challenge'), response: answer.get('passkey'), name });
  },
  challenge: (scope, place, userId) => startAssertion(scope, ceremonyFor(place), userId),
  async prove(scope, place, userId, answer) {
    const ceremony = ceremonyAt(place);
    const given = { sealed: answer.get('challenge'), response: answer.get('passkey') };
    const amr = ceremony && (await provePasskey(scope, ceremony, userId, given));
    return amr ? { outcome: 'proven', amr } : { outcome: 'refused' };
  },
  findOwner: (scope, answer) => findPasskeyOwner(scope, answer.get('passkey')),
};
