import { loginKey } from '../../people/users/index.ts';
import { idOfCount } from '../../records/attempts/index.ts';
import type { Scope, UserId } from '../../scope.ts';
import type { PolicyRules } from '../sign-in-policy/index.ts';
import { findStandingByLogin, type Standing } from './standing.ts';

/** Whom a name stands for. An unknown name has an id of its own, so that it costs the same writes and reads as a known one. `at`: the moment of the look-up. */
export type Identified = { login: string; at: Date; userId: UserId; standing?: Standing };

/** The first step of a sign-in: who somebody says they are. Nothing is proven yet. */
export async function identify(scope: Scope, rules: PolicyRules, login: string, browser: string): Promise<Identified> {
  const at = scope.clock.now();
  const standing = takesLogin(rules, login) && login.length <= 254 ? await findStandingByLogin(scope, login, browser) : undefined;
  return { login, at, standing, userId: standing?.user.userId ?? strangerId(scope.contextId, login) };
}

/** Whether the company takes names of this kind: e-mails, or usernames. */
export const takesLogin = ({ base: { identifiers } }: PolicyRules, login: string): boolean =>
  loginKey(login).column === 'email_key' ? identifiers.email : identifiers.username;

const strangerId = (contextId: string, login: string): UserId => idOfCount(`${contextId} ${loginKey(login).key}`);
