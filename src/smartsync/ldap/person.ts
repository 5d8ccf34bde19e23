import type { Entry } from 'ldapts';
import { type PasswordAnswer, proveAnswer, type RequestKind, type Sealed } from '../../smartsync-protocol/index.ts';
import { bindRefusal, lockedForEver } from './bind-refusal.ts';
import { PasswordPolicy } from './controls.ts';
import { textsOf } from './entry.ts';
import type { Facts } from './facts.ts';
import { Refused } from './failure.ts';
import { findEntry } from './find-entry.ts';
import type { Servers, Session } from './servers.ts';
import type { Opened, Work } from './work.ts';

/** Somebody whom a request is about, as the directory has them now. */
export type Person = { dn: string; facts: Facts; entry: Entry; isLockedForEver: boolean };

const attributes = ['pwdAccountLockedTime', 'userAccountControl', 'lockoutTime'];

export const readPerson = (servers: Servers, entry: { id: string; dn: string }, signal: AbortSignal): Promise<Person> =>
  servers.use('service', (session) => readPersonBy(session, entry), signal);

export async function readPersonBy(session: Session, named: { id: string; dn: string }): Promise<Person> {
  const entry = await findEntry(session, named, attributes);
  return { dn: entry.dn, facts: session.facts, entry, isLockedForEver: textsOf(entry, 'pwdAccountLockedTime').includes(lockedForEver) };
}

/** @throws Refused when it was not sealed for this agent and for just this */
export async function openSecret(work: Work, kind: RequestKind, about: string, sealed: Sealed): Promise<Opened> {
  try {
    return await work.openSealed(sealed, `${kind} ${about}`);
  } catch {
    throw new Refused('failed', 'the password was not sealed for this agent and this request');
  }
}

/** Binds as the person. @returns what the policy says of the password. @throws Refused for what the directory says of the person */
export async function bindAs(session: Session, { dn, isLockedForEver }: Person, password: string): Promise<PasswordPolicy> {
  const policy = new PasswordPolicy();
  try {
    await session.connection.bind(dn, password, session.facts.extensions.has(PasswordPolicy.type) ? [policy] : []);
  } catch (error) {
    const reason = bindRefusal(error, policy.error, isLockedForEver);
    if (!reason) throw error;
    throw new Refused(reason, error instanceof Error ? error.message : '');
  }
  return policy;
}

/** A yes about a password, proven by the key that came with it. */
export const acceptPassword = (work: Work, key: string): PasswordAnswer => ({
  outcome: 'accepted',
  proof: proveAnswer(key, work.requestId, 'accepted'),
});
