import { addDirectory, type DirectoryRules, directoryRules } from '../../src/domain/people/directories/index.ts';
import type { Ask } from '../../src/domain/people/directory-requests/index.ts';
import type { NewUser, User } from '../../src/domain/people/users/index.ts';
import type { DirectoryId, Scope, UserId } from '../../src/domain/scope.ts';
import type { Network } from '../../src/domain/sign-in/credentials/directory-password/index.ts';
import type { UseCaseStore } from './use-cases.ts';

export const networkPassword = 'the network password';

/** What a directory answers, as an agent would say it. */
export type Answer = Awaited<ReturnType<Ask>>;
export const accepted = { outcome: 'accepted', proof: 'p' } as Answer;
export const refusedFor = (reason: string): Answer => ({ outcome: 'refused', reason }) as Answer;
export const unavailable = (reason: 'no-agent' | 'late' | 'directory-away' = 'no-agent'): Answer => ({ outcome: 'unavailable', reason });

/** A company that signs in by a directory, which knows one password and can be told to answer otherwise. */
export type FakeNetwork = Network & {
  /** What was asked, in order. */
  asked: { kind: string; passwords: Record<string, string>; isOnce?: boolean }[];
  /** Undefined: as the password says. */
  answer: Answer | undefined | (() => Promise<Answer>);
  password: string;
  /** What an answer waits for. */
  before?: () => Promise<void>;
};

export function fakeNetwork(rules: Partial<DirectoryRules> = {}): FakeNetwork {
  const network: FakeNetwork = {
    rules: { ...directoryRules.schema.parse({}), signIn: true, ...rules },
    asked: [],
    answer: undefined,
    password: networkPassword,
    ask: (async (_scope, _directoryId, { kind }, { passwords = {}, isOnce } = {}) => {
      network.asked.push({ kind, passwords, ...(isOnce !== undefined && { isOnce }) });
      if (network.before) await network.before();
      if (typeof network.answer === 'function') return network.answer();
      if (network.answer) return network.answer;
      const given = passwords.oldPassword ?? passwords.password;
      if (given !== undefined && given !== network.password && kind !== 'reset-password') return refusedFor('wrong-password');
      if (kind !== 'verify-password') network.password = passwords.newPassword!;
      return accepted;
    }) as Ask,
  };
  return network;
}

/** A directory of the company, and people who come from it. */
export async function directoryOf(store: UseCaseStore, kind?: string) {
  const { directoryId, link } = await linkedTo(store.scope, [], kind);
  let count = 0;
  return {
    directoryId,
    link,
    async person(more: Partial<NewUser> = {}): Promise<User> {
      const user = await store.person({ lastName: `of the network ${++count}`, ...more });
      await link(user.userId);
      return user;
    },
  };
}

/** A directory in which these people are. */
export async function linkedTo(scope: Scope, userIds: UserId[], kind = 'active-directory') {
  const { directory } = await addDirectory(scope, { name: `Directory ${Math.random()}` });
  const { directoryId } = directory;
  await scope.db('directories').where({ directory_id: directoryId }).update({ kind });
  const link = (userId: UserId) => linkTo(scope, directoryId, userId);
  for (const userId of userIds) await link(userId);
  return { directoryId, link };
}

/** Says that this person is this entry, as an administrator who accepts does. */
export async function linkTo(
  scope: Scope,
  directoryId: DirectoryId,
  userId: UserId,
  { entryId, dn }: { entryId: string; dn: string } = { entryId: userId, dn: `CN=${userId},DC=ad,DC=test` },
): Promise<void> {
  const now = scope.clock.now();
  await scope.db('directory_entries').insert({
    context_id: scope.contextId,
    directory_id: directoryId,
    entry_id: entryId,
    kind: 'person',
    dn,
    dn_key: entryId,
    name: 'Person',
    name_key: 'person',
    search_key: 'person',
    attributes: '{}',
    is_enabled: true,
    content_hash: '',
    state: 'accepted',
    user_id: userId,
    changed_at: now,
    created_at: now,
  });
}
