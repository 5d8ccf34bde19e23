import { changeAccount } from '../domain/administration/account-changes/index.ts';
import { findContextByCode } from '../domain/company/contexts/index.ts';
import { findUserByLogin } from '../domain/people/users/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, UsageError, withStore } from './command.ts';

export const userUnblock: Command = {
  words: 'user unblock',
  writes: { look: 'It can be run again.' },
  summary: 'Unblocks a person, such as the last administrator, whom nobody inside can help',
  usage: 'user unblock CONTEXT LOGIN',
  examples: ['user unblock acme ana@acme.example'],
  async run({ args: [code, login, ...rest], config, note }) {
    if (!code || !login || rest.length > 0) throw new UsageError('Give a context and an e-mail or username.');
    return withStore({ config, note }, async ({ scope }) => {
      const context = await findContextByCode(scope.db, code);
      if (!context) throw new AppError('unknown_context', 422, { params: { code } });
      const inside = { ...scope, contextId: context.contextId };
      const user = await findUserByLogin(inside, login);
      if (!user) throw new AppError('unknown_person', 422, { params: { login } });
      await changeAccount(inside, 'unblock', user.userId, 'en');
      return { text: `${login} can sign in again`, data: { context: code, login, status: 'activated' } };
    });
  },
};
