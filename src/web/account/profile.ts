import { loadSettings } from '../../domain/company/context-settings/index.ts';
import {
  changeOwnName,
  changeOwnPhoto,
  findPhoto,
  profileSettings,
  removePhoto,
  whyNameFixed,
} from '../../domain/people/profiles/index.ts';
import { getUser } from '../../domain/people/users/index.ts';
import { listOpenLinks } from '../../domain/records/one-time-links/index.ts';
import { invalidInput, notFound } from '../../platform/errors/index.ts';
import { type PageContext, type Refusal, redirectTo, renderPage, submitForm } from '../request/index.ts';
import { addressKinds } from './addresses.ts';

type Typed = { firstName: string; lastName: string; version: string };

export async function showAccount(page: PageContext, typed?: Typed, refusal?: Refusal): Promise<void> {
  const { scope, session } = page;
  const user = await getUser(scope, session!.userId);
  const { photos } = (await loadSettings(scope, profileSettings)).value;
  renderPage(
    page,
    'account/account',
    {
      user,
      typed: typed ?? user,
      nameFixed: await whyNameFixed(scope, user.userId),
      photos,
      pending: await listOpenLinks(scope, user.userId, addressKinds),
    },
    { refusal },
  );
}

/** A change by an administrator in between is shown, with what was typed. */
export async function submitName(page: PageContext): Promise<void> {
  const { scope, session, form } = page;
  const typed = { firstName: form.get('firstName'), lastName: form.get('lastName'), version: form.get('version') };
  const version = /^\d{1,9}$/.test(typed.version) ? Number(typed.version) : -1;
  const done = await submitForm(
    page,
    () => changeOwnName(scope, session!.userId, typed, version),
    async (refusal) => {
      // saved once more, it is meant
      const { version: stored } = await getUser(scope, session!.userId);
      await showAccount(page, { ...typed, version: String(stored) }, refusal);
    },
    ({ fields, code }) => fields !== undefined || code === 'changed_meanwhile',
  );
  if (done) redirectTo(page, '/account?done=name_saved');
}

export async function submitPhoto(page: PageContext): Promise<void> {
  const { scope, session, form } = page;
  const { userId } = session!;
  if (form.get('remove') === 'yes') {
    await removePhoto(scope, userId);
    return redirectTo(page, '/account?done=photo_removed');
  }
  const done = await submitForm(
    page,
    async () => {
      const file = await form.file('photo');
      if (!file) throw invalidInput({ photo: 'fields.photo' });
      await changeOwnPhoto(scope, userId, file);
      return true;
    },
    (refusal) => showAccount(page, undefined, nameFile(refusal, form.get('photo_name'))),
  );
  if (done) redirectTo(page, '/account?done=photo_saved');
}

const nameFile = ({ fields, ...refusal }: Refusal, name: string): Refusal => ({
  ...refusal,
  fields: fields?.photo && name ? { ...fields, photo: `${name.slice(0, 255)}: ${fields.photo}` } : fields,
});

export const refusePhoto = (page: PageContext): Promise<void> =>
  showAccount(page, undefined, { status: 413, fields: { photo: page.t('fields.photo_size') } });

/** To the person and to administrators; of anybody else there is none. */
export async function sendPhoto({ ctx, scope, params, session, query }: PageContext): Promise<void> {
  const mayLook = session!.userId === params.user || session!.person.role === 'administrator';
  const photo = mayLook ? await findPhoto(scope, params.user!) : undefined;
  if (!photo) throw notFound();
  ctx.set('cache-control', query('v') === photo.etag ? 'private, max-age=86400' : 'private, no-cache');
  ctx.etag = photo.etag;
  ctx.type = photo.contentType;
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = photo.content;
}
