import { type MailName, mailPerson } from '../../company/mails/index.ts';
import type { Transaction } from '../../scope.ts';
import { listUsers } from '../users/index.ts';
import type { Directory } from './store.ts';

/** As a mail says it: whoever reads it may be in any time zone. */
export const timeOf = (time: Date): string => `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const most = 1000;

/** @param params besides the directory's name */
export async function tellAdministrators(
  scope: Transaction,
  { directoryId, name }: Directory,
  mail: MailName,
  params: Record<string, string | number>,
): Promise<void> {
  const { items } = await listUsers(scope, { role: 'administrator', status: 'activated' }, most);
  for (const administrator of items)
    await mailPerson(scope, administrator, {
      mail,
      leadsTo: { page: 'directory', directory: directoryId },
      params: { directory: name, ...params },
      to: administrator.email,
    });
}
