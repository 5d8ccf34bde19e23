import { expect } from 'chai';
import { decodeJwt } from 'jose';
import type { SamlSettings } from '../../../src/domain/applications/applications/index.ts';
import { describePerson } from '../../../src/domain/applications/assertions/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { Jar, send } from '../../support/jar.ts';
import { authorize, exchange, json } from '../../support/oidc.ts';
import { setPolicy } from '../../support/policy.ts';
import { goOnFrom, setUpApp, totpCode } from '../../support/second-factor.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const password = 'a long password of theirs';
const people = [
  { username: 'सीता', firstName: 'सीता' },
  { username: 'ที่นี่', lastName: 'ที่นี่' },
  { email: 'user@उदाहरण.भारत', firstName: 'Only' },
  { email: 'jose\u0301@acme.example', firstName: 'José', lastName: 'O’Neill' },
].map((person) => ({ ...person, password }));

describe('web/sign-in: names as people have and type them', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: people,
          groups: [{ name: 'Finance', members: people.map((one) => one.email ?? one.username) }],
        },
      ],
    });
  });
  after(() => server.close());

  const signsIn = async (login: string, secret = password) => {
    const jar = new Jar();
    return (await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), login, secret)).url.endsWith('/launchpad');
  };

  it('every script, in every form, and what is copied with a name', async () => {
    for (const login of [
      'सीता',
      'ที่นี่',
      '\u200Bसीता',
      'user@उदाहरण.भारत',
      'USER@xn--p1b6ci4b4b3a.xn--h2brj9c',
      'josé@acme.example',
      'JOSE\u0301@ACME.EXAMPLE',
      'josé＠acme.example',
    ])
      expect(await signsIn(login), login).to.equal(true);
    for (const login of ['JSİLVA', 'jsılva', '\u200Ejsilva\u202C', 'ｊｓｉｌｖａ', '\uFEFFjsilva'])
      expect(await signsIn(login, passwords.joao), login).to.equal(true);
    for (const login of ['ana＠acme.example', '\u200Bana@acme.example\u200B'])
      expect(await signsIn(login, passwords.ana), login).to.equal(true);
    // Cyrillic: it looks like one who is there
    for (const login of ['jsіlva', 'аna@acme.example']) expect(await signsIn(login, passwords.joao), login).to.equal(false);
  });

  it('the same file again changes nothing; one mailbox in another spelling is the same, and is not taken twice', async () => {
    const only = { email: 'user@xn--p1b6ci4b4b3a.xn--h2brj9c', firstName: 'Only', password };
    const apply = async (users: object[]) => server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users }] });
    expect((await apply(people)).changes).to.deep.equal([]);
    expect((await apply([only])).changes).to.deep.equal([]);
    const refused = await apply([...people, only]).catch(({ message }) => message);
    expect(refused).to.equal(`contexts[0].users[${people.length}].email: fields.listed_twice`);
  });

  it('of somebody with one name applications hear that one alone', async () => {
    for (const [login, given, family, name] of [
      ['सीता', 'सीता', undefined, 'सीता'],
      ['ที่นี่', undefined, 'ที่นี่', 'ที่นี่'],
    ] as const) {
      const { code, verifier } = await authorize(server, new Jar(), { login, password });
      const { body } = await exchange(server, code!, verifier);
      const userinfo = json(await send(`${server.issuer}/oidc/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } }));
      for (const claims of [decodeJwt(body.id_token), userinfo]) {
        expect(claims.name).to.equal(name);
        expect(claims.given_name).to.equal(given);
        expect(claims.family_name).to.equal(family);
        expect(Object.values(claims)).to.not.include('');
      }
      const user = (await findUserByLogin(await server.scope(), login))!;
      const attributes = (['firstName', 'lastName', 'fullName'] as const).map((from) => ({
        name: from,
        nameFormat: 'basic' as const,
        from,
      }));
      const saml = {
        nameIdFormat: 'unspecified',
        nameIdField: 'login',
        forceNameIdFormat: true,
        sendGroups: false,
        attributes,
      } as unknown as SamlSettings;
      const described = await describePerson(
        await server.scope(),
        { applicationId: user.userId as never, saml },
        { ...user, groups: [] } as never,
        '',
      );
      expect(described.outcome).to.equal('described');
      if (described.outcome === 'described')
        expect(described.attributes.map((one) => one.name)).to.have.members(given ? ['firstName', 'fullName'] : ['lastName', 'fullName']);
    }
  });

  it('an administrator adds them by the form, finds them, and sees the name without a gap', async () => {
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const add = async (fields: Record<string, string>) =>
      jar.submit(jar.form(await jar.get(`${server.issuer}/admin/users/new`), /users\/new$/), {
        firstName: '',
        lastName: '',
        email: '',
        activation: 'temporary-password',
        role: 'regular',
        ...fields,
      });
    const added = await add({ firstName: 'Sukarno\t', email: ' mailto:sukarno＠münchen.example\u200B' });
    expect(added.text)
      .to.match(/<h1[^>]*>Sukarno</)
      .and.contain('sukarno@münchen.example');
    expect((await add({ lastName: 'Suharto', email: 'suharto@acme.example' })).text).to.match(/<h1[^>]*>Suharto</);
    const nobody = await add({ email: 'nobody@acme.example' });
    expect(nobody.status).to.equal(422);
    expect(nobody.text).to.contain('Enter a first name, a last name, or both.').and.contain('nobody@acme.example');
    const twice = await add({ firstName: 'Sukarno', email: 'sukarno@xn--mnchen-3ya.example' });
    expect(twice.status, 'the same mailbox').to.equal(409);
    expect(twice.text).to.contain('Already in use. Enter another.');

    for (const [search, found] of [
      ["o'neill", 'O’Neill'],
      ['O’NEILL', 'O’Neill'],
      ['jose@', 'O’Neill'],
      ['munchen', 'Sukarno'],
      ['xn--mnchen-3ya', 'Sukarno'],
      ['sukarno@xn--mnchen-3ya.example', 'Sukarno'],
      ['सीता', 'सीता'],
      ['suharto', 'Suharto'],
    ] as const)
      for (const by of ['', 'name', 'email', 'username']) {
        const page = await jar.get(`${server.issuer}/admin/users?${new URLSearchParams({ q: search, by })}`);
        if (by === '') expect(page.text, search).to.contain(found);
        else expect(page.status).to.equal(200);
      }
  });

  it('codes in groups, wide, in digits of another script, with what is not seen', async () => {
    await setPolicy(server, { secondFactor: { demand: 'required' } });
    const begin = async () => {
      const jar = new Jar();
      return { jar, page: await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'jsilva', passwords.joao) };
    };
    const first = await begin();
    const { secret, shown, codes } = await setUpApp(first.jar, first.page);
    await goOnFrom(first.jar, shown);
    const answer = async (code: string, more: Record<string, string> = {}) => {
      const { jar, page } = await begin();
      return (await jar.submit(jar.form(page, /second-factor$/), { code, ...more })).url.endsWith('/launchpad');
    };
    const clock = Date.now() + 30_000;
    const [a, b] = [totpCode(secret, clock).slice(0, 3), totpCode(secret, clock).slice(3)];
    const arabic = [...`${a}-${b}`].map((one) => (/\d/.test(one) ? String.fromCodePoint(0x660 + Number(one)) : one)).join('');
    expect(await answer(`\u200B${arabic}\u202C`)).to.equal(true);
    const { jar, page } = await begin();
    const other = await jar.get(
      new URL(/href="([^"]*factor=recovery-code[^"]*)"/.exec(page.text)![1]!.replaceAll('&amp;', '&'), page.url).href,
    );
    const wide = [...codes[0]!].map((one) => (one === '-' ? '\u2011' : String.fromCodePoint(one.codePointAt(0)! + 0xfee0))).join('');
    expect((await jar.submit(jar.form(other, /second-factor$/), { code: `${wide}\u200B` })).url).to.match(/launchpad$/);
  });
});
