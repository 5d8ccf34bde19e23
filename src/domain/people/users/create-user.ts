import { newId } from '../../../platform/crypto/index.ts';
import { orTaken } from '../../../platform/database/index.ts';
import { AppError, inputFaults } from '../../../platform/errors/index.ts';
import { listCustomFields, readCustomValues } from '../../company/custom-fields/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { type UserId, useCase } from '../../scope.ts';
import { personInput } from './person-input.ts';
import { refusePerson } from './refuse-person.ts';
import { findUserByLogin, insertUser } from './store.ts';
import { fullName, type PersonalData, type Status, type User, type VerifiedBy } from './user.ts';

/** `customFields` by code, as a form or file gives them. */
export type NewUser = PersonalData & {
  status: Status;
  emailVerifiedBy?: VerifiedBy;
  locale?: string;
  customFields?: Record<string, unknown>;
};

/** @throws AppError invalid_input by field; login_taken */
export const createUser = useCase(
  async (scope, { customFields = {}, status, emailVerifiedBy, locale, ...input }: NewUser): Promise<User> => {
    const custom = readCustomValues(await listCustomFields(scope), customFields);
    const parsed = personInput.safeParse(input);
    refusePerson(parsed.error ? inputFaults(parsed.error) : {}, custom);
    if (!parsed.data) throw parsed.error;
    const login = parsed.data.email ?? parsed.data.username!;
    if (await findUserByLogin(scope, login)) throw taken(input);
    const now = scope.clock.now();
    const user: User = {
      ...parsed.data,
      status,
      emailVerified: emailVerifiedBy !== undefined,
      emailVerifiedBy,
      locale,
      customValues: custom.values,
      userId: newId(now.getTime()) as UserId,
      statusChangedAt: now,
      createdAt: now,
      updatedAt: now,
      version: 1,
    };
    await orTaken(insertUser(scope, user), { users_email: () => taken(input), users_username: () => taken(input) });
    await recordEvent(scope, {
      type: 'user.created',
      subject: { kind: 'user', id: user.userId, name: fullName(user) },
      details: { login, role: user.role, status: user.status },
    });
    return user;
  },
);

const taken = (input: PersonalData) =>
  new AppError('login_taken', 409, { fields: { [input.email ? 'email' : 'username']: 'fields.taken' } });
