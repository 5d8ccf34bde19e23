import { byteOrderMark, csvLine } from '../../../platform/csv/index.ts';
import { findUserById, fullName, identifier, listUsersByIds } from '../../people/users/index.ts';
import { recordAlone } from '../../records/audit/index.ts';
import { listDone, type Operation } from '../../records/operations/index.ts';
import type { Scope } from '../../scope.ts';
import { showTemporaryPassword } from '../../sign-in/credentials/password/index.ts';

/** Whether such an import gave anybody a temporary password: where people are invited, only those without an e-mail. */
export async function hasTemporaryPasswords(scope: Scope, { operationId, input }: Operation): Promise<boolean> {
  for (let after = 0; ; ) {
    const people = await listDone(scope, operationId, after, 500);
    if (people.length === 0) return false;
    after = people.at(-1)!.position;
    const users = await listUsersByIds(
      scope,
      people.map(({ userId }) => userId),
    );
    if (users.some(({ email }) => input.activation === 'temporary-password' || email === undefined)) return true;
  }
}

/** S80, S115: of those whom an import added and who have not chosen their own yet; to be handed over. That it was taken is audited. @param columns words of the first line */
export async function* listTemporaryPasswords(
  scope: Scope,
  { operationId }: Operation,
  columns: [identifier: string, name: string, password: string],
): AsyncGenerator<string> {
  await recordAlone(scope, { type: 'users.passwords-exported', details: { operation: operationId } });
  yield byteOrderMark + csvLine(columns);
  for (let after = 0; ; ) {
    const people = await listDone(scope, operationId, after, 500);
    for (const { userId, position } of people) {
      after = position;
      const user = await findUserById(scope, userId);
      const password = user && (await showTemporaryPassword(scope, user));
      if (user && password) yield csvLine([identifier(user), fullName(user), password]);
    }
    if (people.length === 0) return;
  }
}
