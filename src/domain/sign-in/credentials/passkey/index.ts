// Owns: passkeys (WebAuthn Level 3): registering one and verifying its assertions, each challenge once. User verification is always required, so that one is two factors.
// Does not: count attempts (attempts) nor decide when one is asked for (authentication).

export { addPasskey, type Ceremony, findPasskeyOwner, type Offer, provePasskey, startAssertion, startRegistration } from './passkeys.ts';
export { type RelyingParty, relyingPartyOf } from './relying-party.ts';
