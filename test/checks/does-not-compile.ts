// Runs nothing: the types check reads it. Each `@ts-expect-error` becomes a failure of that check as soon as its line compiles.

import { mailPerson } from '../../src/domain/company/mails/index.ts';
import { enqueue } from '../../src/domain/job.ts';
import type { User } from '../../src/domain/people/users/index.ts';
import { accountDeletion } from '../../src/domain/people/users/index.ts';
import { updateUser } from '../../src/domain/people/users/store.ts';
import { recordEvent } from '../../src/domain/records/audit/index.ts';
import type { RequestId, Scope, Transaction, UserId } from '../../src/domain/scope.ts';
import { type Enrolment, enrolFactor } from '../../src/domain/sign-in/authentication/index.ts';
import { closePendingRequest } from '../../src/domain/sign-in/authentication/pending-requests.ts';

export function outsideATransaction(scope: Scope, inside: Transaction, user: User): void {
  // @ts-expect-error a store writes inside a transaction only
  void updateUser(scope, user);
  // @ts-expect-error an event stands or falls with the write that it tells of
  void recordEvent(scope, { type: 'user.edited' });
  // @ts-expect-error a connection in the place of the transaction's is no transaction
  void updateUser({ ...inside, db: scope.db }, user);
  void updateUser({ ...inside, actor: scope.actor }, user);
  // @ts-expect-error a lock outside of a transaction ends at once
  void closePendingRequest(scope, { requestId: '' as RequestId }, user.userId);
  // @ts-expect-error a mail exists exactly if what it tells of does
  void mailPerson(scope, user, { mail: 'blocked', leadsTo: { page: 'account' } });
}

export function partOfAUseCase(scope: Scope, user: User, enrolment: Enrolment): void {
  // @ts-expect-error what use cases are made of stands in their transaction
  void enrolFactor(scope, user.userId, enrolment);
}

export function wronglyAsked(scope: Scope, userId: UserId): void {
  const by = { kind: 'person', id: userId, name: '' } as const;
  // @ts-expect-error a payload lacks what the job needs
  void enqueue(scope, accountDeletion, { userId });
  // @ts-expect-error another kind of id
  void enqueue(scope, accountDeletion, { userId: scope.contextId, actor: by });
  // @ts-expect-error a name is no job
  void enqueue(scope, 'delete-account', { userId, actor: by });
  void enqueue(scope, accountDeletion, { userId, actor: by });
}
