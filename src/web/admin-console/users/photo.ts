import { findPhoto, removePhoto } from '../../../domain/people/profiles/index.ts';
import { fullName, getUser } from '../../../domain/people/users/index.ts';
import { type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';

export async function confirmPhotoRemoval(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  const back = `/admin/users/${user.userId}`;
  if (!(await findPhoto(page.scope, user.userId))) return redirectTo(page, back);
  const action = `${back}/photo/remove`;
  renderPage(page, 'admin-console/confirm', { question: 'confirm.remove_photo', name: fullName(user), action, back, dangerous: false });
}

export async function submitPhotoRemoval(page: PageContext): Promise<void> {
  await removePhoto(page.scope, page.params.user!);
  redirectTo(page, `/admin/users/${page.params.user}`, 'photo_removed');
}
