import {
  findProvisioning,
  type ProvisionInput,
  type Provisioning,
  provisionPerson,
  suggestProvision,
} from '../../../domain/administration/directory-provisioning/index.ts';
import { fullName, getUser, type User } from '../../../domain/people/users/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { type PageContext, type Refusal, renderPage, submitForm } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';

type Offered = Extract<Provisioning, { state: 'not-configured' }>;

/** S103, S104: of several directories one is chosen first, for what is filled in depends on it. */
export async function showProvision(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const provisioning = await findProvisioning(page.scope, user);
  if (provisioning.state === 'enabled') return redirectTo(page, `/admin/users/${user.userId}`);
  if (provisioning.state === 'no-directory') throw notFound();
  const chosen = page.query('directory');
  const directory = provisioning.directories.find(({ directoryId }) => directoryId === chosen) ?? provisioning.directories[0]!;
  render(page, user, provisioning, { directoryId: directory.directoryId, ...suggestProvision(user, directory) });
}

function render(page: PageContext, user: User, { directories }: Offered, values: Partial<ProvisionInput>, refusal?: Refusal): void {
  const directory = directories.find(({ directoryId }) => directoryId === values.directoryId);
  const locals = { user, name: fullName(user), directories, directory, values };
  renderPage(page, 'admin-console/users/provision', locals, { refusal });
}

/** S105, S106. */
export async function submitProvision(page: PageContext): Promise<void> {
  const { form } = page;
  const user = await getUser(page.scope, page.params.user!);
  const typed = {
    directoryId: form.get('directoryId'),
    rootDn: form.get('rootDn'),
    accountDomain: form.get('accountDomain'),
    login: form.get('login'),
  };
  const input = { ...typed, password: form.get('password'), repeatPassword: form.get('repeatPassword') };
  const done = await submitForm(
    page,
    async () => {
      await provisionPerson(page.scope, page.services.askDirectory, user.userId, input);
      return true;
    },
    async (refusal) => {
      const provisioning = await findProvisioning(page.scope, user);
      if (provisioning.state !== 'not-configured') return redirectTo(page, `/admin/users/${user.userId}`);
      render(page, user, provisioning, typed, refusal);
    },
    // whatever the directory says, what was typed stays
    ({ code, fields }) => fields !== undefined || ['directory_away', 'provisioning_refused', 'already_in_directory'].includes(code),
  );
  if (done) redirectTo(page, `/admin/users/${user.userId}`, 'provisioned');
}
