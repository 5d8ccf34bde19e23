import { expect } from 'chai';
import { load } from 'cheerio';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { findGroupByName } from '../../../src/domain/people/groups/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { Jar } from '../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/account: one’s own name and photo', () => {
  let server: TestServer;
  let ana: Jar;
  let joao: Jar;
  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==', 'base64');
  const withSize = (file: Buffer, width: number, height: number) => {
    const changed = Buffer.from(file);
    changed.writeUInt32BE(width, 16);
    changed.writeUInt32BE(height, 20);
    return changed;
  };
  const idOf = async (login: string) => (await findUserByLogin(await server.scope(), login))!.userId;

  async function upload(jar: Jar, file: Buffer) {
    const form = jar.form(await jar.get(at('/account')), /account\/photo$/);
    const boundary = 'x-y-z';
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="_csrf"\r\n\r\n${form.fields._csrf}\r\n--${boundary}\r\ncontent-disposition: form-data; name="photo"; filename="me.png"\r\ncontent-type: image/png\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)]);
    return jar.follow(form.action, {
      method: 'POST',
      body,
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      from: form.page,
    });
  }
  const allow = async (fields: Record<string, string>) => {
    const form = ana.form(await ana.get(at('/admin/profiles')), /profiles$/);
    return ana.submit({ ...form, fields: { _csrf: form.fields._csrf!, version: form.fields.version!, shown: form.fields.shown! } }, fields);
  };

  it('a photo takes the place of the initials: Launchpad, profile, the administrator’s page; it is a picture of ours, for those two alone', async () => {
    for (const [file, status, fault] of [
      [Buffer.alloc(0), 422, 'Choose an image'],
      [Buffer.from('<svg/>'), 422, 'not a JPEG, PNG or WebP image'],
      [png.subarray(0, 40), 422, 'can’t be read'],
      [withSize(png, 4000, 3000), 422, 'too many pixels'],
      [Buffer.concat([png, Buffer.alloc(20 * 1_048_576)]), 422, 'larger than 20 MB'],
      [Buffer.alloc(22_000_000), 413, 'larger than 20 MB'],
    ] as const) {
      const refused = await upload(joao, file);
      expect([refused.status, load(refused.text)('#photo-fault').text().replace("'", '’')]).to.satisfy(
        ([found, text]: [number, string]) => found === status && text.includes(fault),
        fault,
      );
    }
    const saved = await upload(joao, png);
    expect(saved.text).to.contain('Photo saved.');
    const src = load(saved.text)('img.avatar-large').attr('src')!;
    const address = new URL(src, server.baseUrl).href;
    expect(load((await joao.get(at('/launchpad'))).text)('.account-menu img.avatar').attr('src')).to.equal(src);
    const userId = await idOf('jsilva');
    expect(load((await ana.get(at(`/admin/users/${userId}`))).text)('.heading-person img.avatar').attr('src')).to.equal(src);
    const { groupId } = (await findGroupByName(await server.scope(), 'Finance'))!;
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'payroll'))!;
    const lists = [
      '/admin/users?q=silva',
      '/admin/search?q=silva',
      `/admin/groups/${groupId}?person=silva`,
      `/admin/applications/${applicationId}/assignments?person=silva`,
      `/admin/applications/${applicationId}/access?q=silva`,
    ];
    for (const list of lists) {
      const rows = load((await ana.get(at(list))).text)('.named img.avatar-small');
      expect([rows.attr('src'), rows.attr('loading')], list).to.deep.equal([src, 'lazy']);
    }
    for (const path of ['/admin/search/suggestions?q=silva', '/admin/find/people?q=silva'])
      expect((await ana.get(at(path))).text, path).to.contain(`"photo":"${src}"`);
    const picture = await joao.get(address);
    expect([picture.status, picture.headers['content-type'], picture.headers['cache-control']]).to.deep.equal([
      200,
      'image/png',
      'private, max-age=86400',
    ]);
    expect((await ana.get(address)).status, 'administrators').to.equal(200);
    expect((await new Jar().get(address)).status, 'strangers').to.equal(302);
    await upload(ana, png);
    expect((await joao.get(at(`/photos/${await idOf('ana@acme.example')}`))).status, 'colleagues').to.equal(404);
    expect((await ana.get(at('/photos/nobody'))).status).to.equal(404);
  });

  it('an administrator removes what is no photo, and the person their own', async () => {
    const userId = await idOf('jsilva');
    await upload(joao, png);
    const page = await ana.get(at(`/admin/users/${userId}`));
    expect(page.text).to.contain('photo/remove');
    const removed = await ana.submit(ana.form(await ana.get(at(`/admin/users/${userId}/photo/remove`)), /photo\/remove$/));
    expect(removed.text).to.contain('Photo removed.');
    expect(load(removed.text)('.heading-person img.avatar')).to.have.length(0);
    expect((await ana.get(at(`/admin/users/${userId}/photo/remove`))).location, 'there is none any more').to.match(/users\/[^/]+$/);
    await upload(joao, png);
    await joao.submit(joao.form(await joao.get(at('/account')), /account\/photo$/), { remove: 'yes' });
    expect((await joao.get(at('/account'))).text).to.not.contain('avatar-large" src');
  });

  it('what the company lets people change is on the page, and nothing else is taken', async () => {
    const fixed = (await joao.get(at('/account'))).text;
    expect(fixed).to.contain('Ask your administrator');
    expect(fixed).to.not.contain('account/name');
    expect((await allow({ names: 'yes' })).text).to.contain('Saved.');
    const account = await joao.get(at('/account'));
    expect(account.text, 'no photo to add any more').to.not.contain('name="photo"');
    const form = joao.form(account, /account\/name$/);
    expect((await joao.submit(form, { firstName: 'x'.repeat(101) })).text).to.contain('aria-invalid="true"');
    expect((await joao.submit(form, { firstName: 'John', lastName: 'Silva', role: 'administrator' })).text).to.contain('Name saved.');
    expect(await findUserByLogin(await server.scope(), 'jsilva')).to.include({ firstName: 'John', role: 'regular' });
    const late = await joao.submit(form, { firstName: 'Johnny' });
    expect([late.status, load(late.text)('#firstName').attr('value')]).to.deep.equal([409, 'Johnny']);
    await allow({ photos: 'yes' });
    expect((await joao.submit({ ...form, fields: { ...form.fields, version: '99' } }, { firstName: 'Again' })).status).to.equal(403);
  });
});
