import { findContextByCode } from '../domain/company/contexts/index.ts';
import { changeStatus, findUserByLogin } from '../domain/people/users/index.ts';
import { clearAttempts } from '../domain/records/attempts/index.ts';
import { inTransaction } from '../domain/scope.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, UsageError, withStore } from './command.ts';

export const userUnblock: Command = {
  words: 'user unblock',
  summary: 'Unblocks a person, such as the last administrator, whom nobody inside can help',
  usage: 'user unblock CONTEXT LOGIN',
  examples: ['user unblock acme ana@acme.example'],
  async run({ args: [code, login, ...rest], config, note }) {
    if (!code || !login || rest.length > 0) throw new UsageError('Give a context and an e-mail or username.');
    return withStore({ config, note }, async ({ scope }) => {
      const context = await findContextByCode(scope.db, code);
      if (!context) throw new AppError('unknown_context', 422, { params: { code } });
      await inTransaction({ ...scope, contextId: context.contextId }, async (inside) => {
        const user = await findUserByLogin(inside, login);
        if (!user) throw new AppError('unknown_person', 422, { params: { login } });
        await clearAttempts(inside, user.userId);
        await changeStatus(inside, user.userId, 'unblock');
      });
      return { text: `${login} can sign in again`, data: { context: code, login, status: 'activated' } };
    });
  },
};
