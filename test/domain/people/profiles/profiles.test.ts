import { expect } from 'chai';
import { collectPersonalData } from '../../../../src/domain/administration/personal-data/index.ts';
import { changeSettings, loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import {
  changeOwnName,
  changeOwnPhoto,
  findPhoto,
  listPhotos,
  type ProfileSettings,
  profileSettings,
  removePhoto,
  whyNameFixed,
} from '../../../../src/domain/people/profiles/index.ts';
import { deleteUser, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { addTestDirectory, importEntries, personEntry } from '../../../support/directory-entries.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/people/profiles', () => {
  const store = useStore();
  /** One red pixel. */
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==', 'base64');
  const allow = async (values: Partial<ProfileSettings>) => {
    const { version } = await loadSettings(store.scope, profileSettings);
    await changeSettings(store.scope, profileSettings, values, version);
  };
  const own = (user: User) => actingFor(store.scope, user);

  it('names are the company’s unless it says otherwise; photos are the person’s', async () => {
    expect((await loadSettings(store.scope, profileSettings)).value).to.deep.equal({ names: false, photos: true });
    const user = await store.person();
    expect(await whyNameFixed(store.scope, user.userId)).to.equal('company');
    await store.refused('name_fixed', () => changeOwnName(own(user), user.userId, { firstName: 'Other', lastName: 'Name' }, user.version));
  });

  it('one’s own name is changed by the rules of every name, with its event, from the version that was seen', async () => {
    await allow({ names: true });
    const user = await store.person();
    const change = (firstName: string, version = user.version, lastName = 'da Silva') =>
      changeOwnName(own(user), user.userId, { firstName, lastName }, version);
    expect(await store.refused('invalid_input', () => change('  ', user.version, ' '))).to.have.property('firstName');
    expect(await store.refused('invalid_input', () => change('x'.repeat(101)))).to.have.property('firstName');
    await store.refused('changed_meanwhile', () => change('Late', user.version - 1));
    expect(await store.eventsOf(() => change(' Ana '))).to.deep.equal(['user.edited']);
    expect(await getUser(store.scope, user.userId)).to.include({ firstName: 'Ana', lastName: 'da Silva', role: user.role });
  });

  it('a name that a directory says stays the directory’s', async () => {
    await allow({ names: true });
    const directory = await addTestDirectory(store.scope, { acceptsPeople: true });
    const entry = personEntry();
    await importEntries(store.scope, directory, [entry]);
    const { user_id: userId } = (await store.scope.db('directory_entries').where({ entry_id: entry.entryId }).first('user_id'))!;
    expect(await whyNameFixed(store.scope, userId!)).to.equal('directory');
    const user = await getUser(store.scope, userId!);
    await store.refused('name_fixed', () => changeOwnName(own(user), userId!, { firstName: 'Mine', lastName: 'Now' }, user.version));
  });

  it('a photo is drawn again, replaced, removed, and goes with the person; the person’s data have it', async () => {
    const user = await store.person();
    expect(await store.eventsOf(() => changeOwnPhoto(own(user), user.userId, png))).to.deep.equal(['user.photo-changed']);
    const photo = (await findPhoto(store.scope, user.userId))!;
    expect(photo.content.equals(png), 'nothing of the file itself').to.equal(false);
    expect((await collectPersonalData(store.scope, user.userId)).photo).to.equal(
      `data:image/png;base64,${photo.content.toString('base64')}`,
    );
    expect(await findPhoto(store.other, user.userId), 'another company').to.equal(undefined);
    const list = [user, await store.person()];
    expect([...(await listPhotos(store.scope, list))]).to.deep.equal([[user.userId, photo.etag]]);
    expect([...(await listPhotos(store.other, list)), ...(await listPhotos(store.scope, []))]).to.deep.equal([]);
    expect(await findPhoto(store.scope, 'no id')).to.equal(undefined);
    expect(await store.eventsOf(() => removePhoto(own(user), user.userId))).to.deep.equal(['user.photo-changed']);
    expect(await store.eventsOf(() => removePhoto(own(user), user.userId)), 'there was none').to.deep.equal([]);
    expect((await collectPersonalData(store.scope, user.userId)).photo).to.equal(null);
    await changeOwnPhoto(own(user), user.userId, png);
    await inTransaction(store.scope, (inside) => deleteUser(inside, user.userId));
    expect(await store.scope.db('user_photos').where({ user_id: user.userId })).to.deep.equal([]);
  });

  it('what is no picture, or where photos are off, is refused; one that was there can be removed all the same', async () => {
    const user = await store.person();
    for (const file of ['<svg onload="x"/>', 'GIF89a', ''])
      expect(await store.refused('invalid_input', () => changeOwnPhoto(own(user), user.userId, Buffer.from(file)))).to.have.property(
        'photo',
      );
    const large = Buffer.concat([png, Buffer.alloc(20 * 1_048_576)]);
    await store.refused('invalid_input', () => changeOwnPhoto(own(user), user.userId, large));
    await changeOwnPhoto(own(user), user.userId, png);
    await allow({ photos: false });
    await store.refused('photos_off', () => changeOwnPhoto(own(user), user.userId, png));
    await removePhoto(own(user), user.userId);
    expect(await findPhoto(store.scope, user.userId)).to.equal(undefined);
    await store.refused('not_found', () => removePhoto(store.scope, unknownId));
  });

  it('the write and its event stand or fall together', async () => {
    const user = await store.person();
    await allow({ names: true, photos: true });
    await store.inOneTransaction((scope) => changeOwnPhoto(scope, user.userId, png));
    await store.inOneTransaction((scope) => changeOwnName(scope, user.userId, { firstName: 'New', lastName: 'Name' }, user.version));
    await changeOwnPhoto(own(user), user.userId, png);
    await store.inOneTransaction((scope) => removePhoto(scope, user.userId));
  });
});
