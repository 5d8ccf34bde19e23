import { expect } from 'chai';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import type { Jar } from '../../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web/admin-console: the list of users', () => {
  let server: TestServer;
  let ana: Jar;
  before(async () => {
    server = await startTestServer();
    const users = Array.from({ length: 120 }, (_, i) => ({
      username: `p${i}`,
      firstName: 'Pat',
      lastName: `N${String(i).padStart(3, '0')}`,
    }));
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users }] });
    const scope = await server.scope();
    await scope.db('users').where({ context_id: scope.contextId }).whereIn('username', ['p7', 'p8']).update({ status: 'blocked' });
    const { userId } = (await findUserByLogin(scope, 'p5'))!;
    await scope.db('last_sign_ins').insert({ context_id: scope.contextId, user_id: userId, at: new Date('2026-03-04T10:00:00Z') });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const read = async (query: string) => {
    const { text } = await ana.get(`${server.issuer}/admin/users?${query}`);
    const link = (pattern: RegExp) => pattern.exec(text)?.[1]?.replaceAll('&amp;', '&');
    return {
      text,
      names: [...text.matchAll(/<td class="cell-cut"><div class="named">.*?<a class="cut"[^>]*>([^<]+)</g)].map(([, name]) => name),
      next: link(/href="\?([^"]+)" rel="next"/),
      previous: link(/href="\?([^"]+)" rel="prev"/),
      sortBy: (label: string) => link(new RegExp(`<a class="sort" href="\\?([^"]+)">${label}`)),
      sorted: [...text.matchAll(/<th scope="col"[^>]* aria-sort="(\w+)"><a[^>]*>([^<]+)/g)].map(([, way, label]) => `${label} ${way}`),
      heads: [...text.matchAll(/<a class="sort"[^>]*>([^<]+)/g)].map(([, label]) => label),
      chips: [...text.matchAll(/<a class="chip" href="\?([^"]*)" aria-label="([^"]*)"/g)].map(([, href, label]) => [
        label!.replaceAll('&quot;', '"'),
        href!.replaceAll('&amp;', '&'),
      ]),
    };
  };

  it('is sorted by a link of each column, one way and the other, and says so', async () => {
    const first = await read('');
    expect(first.sorted).to.deep.equal(['Name ascending']);
    const down = await read(first.sortBy('Name')!);
    expect(down.sorted).to.deep.equal(['Name descending']);
    expect(down.names[0]).to.equal('Pat N119');
    const login = await read(down.sortBy('E-mail or username')!);
    expect(login.sorted).to.deep.equal(['E-mail or username ascending']);
    expect(login.names[0]).to.equal('Ana Souza');
    const last = await read((await read((await read('')).sortBy('Last sign-in')!)).sortBy('Last sign-in')!);
    expect(last.sorted).to.deep.equal(['Last sign-in descending']);
    expect(last.names).to.include('Pat N005').and.to.have.length(50);
    expect(last.text).to.contain('datetime="2026-03-04T10:00:00.000Z"').and.to.contain('>Never<');
  });

  it('goes to the next page and back to the same one, and says how many there are in all', async () => {
    const first = await read('q=pat&sort=-name');
    expect(first.previous).to.equal(undefined);
    const second = await read(first.next!);
    const third = await read(second.next!);
    expect(third.next).to.equal(undefined);
    expect(new Set([...first.names, ...second.names, ...third.names]).size).to.equal(120);
    for (const { text } of [first, second, third]) expect(text).to.contain('Total: 120');
    const back = await read(third.previous!);
    expect(back.names).to.deep.equal(second.names);
    expect((await read(back.previous!)).names).to.deep.equal(first.names);
  });

  it('shows each filter as a chip that takes it away and leaves the others; order and columns stay', async () => {
    const look = 'sort=-created&columns=login%2Ccreated';
    const { chips, heads, text } = await read(`q=pat&by=name&status=blocked&sign_in=never&factor=none&${look}`);
    expect(heads).to.deep.equal(['Name', 'E-mail or username', 'Created']);
    expect(Object.fromEntries(chips)).to.deep.equal({
      'Remove filter: Name: “pat”': `status=blocked&sign_in=never&factor=none&${look}`,
      'Remove filter: Status: Blocked': `q=pat&by=name&sign_in=never&factor=none&${look}`,
      'Remove filter: Never signed in': `q=pat&by=name&status=blocked&factor=none&${look}`,
      'Remove filter: Without second factor': `q=pat&by=name&status=blocked&sign_in=never&${look}`,
    });
    expect(text).to.match(/<span class="count"[^>]*role="status"[^>]*>2</);
    for (const view of ['status=blocked', 'status=invited', 'sign_in=never', 'factor=none'])
      expect(text).to.contain(`href="/acme/admin/users?${view}&amp;${look.replace('&', '&amp;')}"`);
    const blocked = (await read('status=blocked')).text;
    expect(blocked).to.match(/aria-current="page">Blocked</);
  });

  it('what is done to all who match is done to whoever a view of ours shows', async () => {
    const list = await ana.get(`${server.issuer}/admin/users?sign_in=never&status=blocked`);
    const asked = await ana.submit(ana.form(list, /bulk$/), { change: 'unblock', whom: 'all' });
    expect(asked.text).to.contain('Unblock: 2').and.to.contain('Status: Blocked, Never signed in');
  });

  it('a view is kept by a name, for oneself or for all, with its order and columns, and is one click from then on', async () => {
    const query = 'status=blocked&sort=-name&columns=login%2Cstatus';
    const list = await ana.get(`${server.issuer}/admin/users?${query}`);
    const form = ana.form(list, /views\?/);
    const refused = await ana.get(form.action, { form: { ...form.fields, name: ' ' } });
    expect([refused.status, refused.text.includes('Enter a name of up to 40 characters')]).to.deep.equal([422, true]);
    const kept = await ana.submit(form, { name: 'Locked people', for_all: 'yes' });
    expect(kept.text)
      .to.contain('View saved.')
      .and.to.match(/aria-current="page">Locked people</);
    const { text } = await read('');
    expect(text).to.contain(`href="/acme/admin/users?${query.replaceAll('&', '&amp;')}">Locked people</a>`);
    const removal = ana.form(await ana.get(`${server.issuer}/admin/users?${query}`), /views\/remove$/);
    const id = /name="view" value="([^"]+)"/.exec(kept.text)![1]!;
    await ana.submit(removal, { view: id });
    expect((await read('')).text).to.not.contain('Locked people');
  });

  it('an address that says nothing we know is the list as it is', async () => {
    const plain = await read('');
    for (const query of ['sort=nothing', 'after=x', 'before=x', 'sign_in=always', 'columns=', 'sort=__proto__'])
      expect((await read(query)).names, query).to.deep.equal(plain.names);
  });
});
