import { expect } from 'chai';
import { deleteGroup } from '../../../src/domain/administration/group-changes/index.ts';
import { findGroupByName } from '../../../src/domain/people/groups/index.ts';
import { findUserByLogin, fullName, listUsers, type UserFilter } from '../../../src/domain/people/users/index.ts';
import {
  defaultRules,
  demandOfGroup,
  loadPolicy,
  rulesInForce,
  rulesSchema,
  withDemandOfGroup,
} from '../../../src/domain/sign-in/sign-in-policy/index.ts';
import { eventsOf } from '../../support/audit.ts';
import { Jar } from '../../support/jar.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('domain/sign-in-policy: what is asked of a group', () => {
  const groupId = '01a206a1-218b-717a-90d6-7184e7351020';
  it('is added and taken away without touching what else the rules say', () => {
    const required = withDemandOfGroup(defaultRules, groupId, true);
    expect(demandOfGroup(required, groupId)).to.equal('required');
    expect(withDemandOfGroup(required, groupId, false)).to.deep.equal(defaultRules);
    const rules = rulesSchema.parse({
      base: {},
      overrides: [{ overrideId: groupId, for: { kind: 'group', groupId }, networks: ['10.0.0.0/8'] }],
    });
    expect(withDemandOfGroup(withDemandOfGroup(rules, groupId, true), groupId, false)).to.deep.equal(rules);
  });
});

describe('web/admin-console: groups', () => {
  let server: TestServer;
  let ana: Jar;
  before(async () => {
    server = await startTestServer();
    const groups = Array.from({ length: 120 }, (_, i) => ({ name: `Équipe ${String(i).padStart(3, '0')}` }));
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', groups }] });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const finance = async () => `/admin/groups/${(await findGroupByName(await server.scope(), 'Finance'))!.groupId}`;

  it('are listed with Everyone first and how many people each has, page by page, each once; the search folds accents', async () => {
    const names: string[] = [];
    let next: string | undefined = '/acme/admin/groups';
    for (let pages = 0; next && pages < 10; pages++) {
      const { text } = await ana.get(new URL(next, server.baseUrl).href);
      names.push(...[...text.matchAll(/admin\/groups\/[0-9a-f-]{36}"[^>]*>([^<]+)</g)].map(([, name]) => name!));
      const more: string | undefined = /href="(\?after=[^"]+)" rel="next"/.exec(text)?.[1];
      next = more && `/acme/admin/groups${more}`;
    }
    expect(names[0]).to.equal('Everyone');
    expect([names.length, new Set(names).size]).to.deep.equal([122, 122]);
    const first = await ana.get(at('/admin/groups'));
    expect(first.text).to.match(/Everyone<\/a>[\s\S]*?data-label="Users">2</);
    expect((await ana.get(at('/admin/groups?q=equipe 007'))).text).to.contain('Équipe 007');
  });

  it('are sorted by name and by creation, Everyone first in each; filters are chips, and the pages go back, too', async () => {
    const read = async (query: string) => {
      const { text } = await ana.get(at(`/admin/groups?${query}`));
      return { text, names: [...text.matchAll(/admin\/groups\/[0-9a-f-]{36}"[^>]*>([^<]+)</g)].map(([, name]) => name!) };
    };
    expect((await read('sort=-name')).names.slice(0, 2)).to.deep.equal(['Everyone', 'Finance']);
    expect((await read('sort=-created')).names.slice(0, 2)).to.deep.equal(['Everyone', 'Équipe 119']);
    const second = await read(/href="\?([^"]+)" rel="next"/.exec((await read('q=equipe')).text)![1]!.replaceAll('&amp;', '&'));
    const back = await read(/href="\?([^"]+)" rel="prev"/.exec(second.text)![1]!.replaceAll('&amp;', '&'));
    expect(back.names).to.deep.equal((await read('q=equipe')).names);
    expect(second.text).to.contain('Total: 120').and.to.contain('aria-label="Remove filter: “equipe”"');
  });

  it('S68: applications are linked to a group and taken from it; its people have them at once', async () => {
    const page = await ana.get(at(`${await finance()}/applications/add`));
    expect(page.text).to.contain('already linked');
    const mobile = /value="([^"]+)"[^>]*>\s*<span class="form-check-label">Mobile/.exec(page.text)![1]!;
    const done = await ana.submit(ana.form(page, /add$/), { applications: mobile });
    expect(done.text).to.contain('Applications linked').and.to.contain('Mobile');
    expect((await (await signedIn(server.baseUrl, 'jsilva', passwords.joao)).get(at('/launchpad'))).text).to.contain('Mobile');
    const asked = await ana.get(at(`${await finance()}/applications/${mobile}/remove`));
    expect(asked.text, 'who loses it').to.contain('Users in the group: 1');
    await ana.submit(ana.form(asked, /remove$/));
    const types = (await eventsOf(await server.scope(), { applicationId: mobile })).map(({ type }) => type);
    expect(types.slice(-2)).to.deep.equal(['application.assigned', 'application.unassigned']);
  });

  it('S36: a second factor is required of its people, and of them alone; and no more', async () => {
    const signIn = async (login: string, password: string) => {
      const jar = new Jar();
      return fillSignIn(jar, await jar.follow(at('/launchpad')), login, password);
    };
    const toggle = async () => ana.submit(ana.form(await ana.get(at(`${await finance()}/second-factor`)), /second-factor$/));
    await toggle();
    expect((await signIn('jsilva', passwords.joao)).url).to.match(/enrol$/);
    expect((await signIn('ana@acme.example', passwords.ana)).url).to.match(/launchpad$/);
    expect((await ana.get(at(await finance()))).text)
      .to.contain('need a second factor')
      .and.to.contain('on trial until');
    await toggle();
    expect((await signIn('jsilva', passwords.joao)).url).to.match(/launchpad$/);
  });

  it('takes a pasted list of people: all of them, or none and who is unknown', async () => {
    const scope = await server.scope();
    const users = Array.from({ length: 3 }, (_, i) => ({ username: `pasted${i}`, firstName: 'Pasted', lastName: `P${i}` }));
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users }] });
    const path = await finance();
    const paste = async (login: string) => ana.submit(ana.form(await ana.get(at(path)), /members$/), { login });
    const added = async () =>
      (await eventsOf(scope, { type: 'group.member-added' })).filter(({ subjectName }) => subjectName?.startsWith('Pasted'));
    const refused = await paste('pasted0\nnobody1 pasted1\r\nnobody2@acme.example');
    expect([refused.status, refused.text.includes('with: nobody1, nobody2@acme.example. Nothing was changed')]).to.deep.equal([422, true]);
    expect(refused.text, 'what was typed is not lost').to.contain('pasted0\nnobody1 pasted1');
    expect(await added()).to.have.length(0);
    expect((await paste(' \n ')).status).to.equal(422);
    expect((await paste(Array.from({ length: 501 }, (_, i) => `x${i}`).join('\n'))).text).to.contain('At most 500 at a time');
    expect((await paste('pasted0\r\nPASTED1\n\n pasted2 pasted0')).text).to.contain('Users added to the group');
    expect((await added()).map(({ subjectName }) => subjectName).sort()).to.deep.equal(['Pasted P0', 'Pasted P1', 'Pasted P2']);
    expect((await paste('pasted1')).text).to.contain('They are already in the group');
    expect(await added()).to.have.length(3);
    // and out again, after a question
    const { userId } = (await findUserByLogin(scope, 'pasted1'))!;
    const asked = await ana.get(at(`${path}/members/${userId}/remove`));
    expect(asked.text).to.contain('Remove Pasted P1 from Finance?');
    expect((await ana.submit(ana.form(asked, /remove$/))).text).to.not.contain('Pasted P1');
    expect((await eventsOf(scope, { type: 'group.member-removed' })).map(({ subjectName }) => subjectName)).to.deep.equal(['Pasted P1']);
  });

  it('refuses who would lock out every administrator by the rules of the group, in words, with what was typed', async () => {
    const scope = await server.scope();
    const name = 'Walled';
    const policy = { overrides: [{ for: { group: name }, networks: ['192.0.2.0/24'] }] };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', groups: [{ name }], policy }] });
    const { groupId } = (await findGroupByName(scope, name))!;
    const sentence = 'Nobody was added to Walled: its rules in the sign-in policy let people sign in only from 192.0.2.0/24';
    const refused = await ana.submit(ana.form(await ana.get(at(`/admin/groups/${groupId}`)), /members$/), { login: 'ana@acme.example' });
    expect([refused.status, refused.text.includes(sentence), refused.text.includes('>ana@acme.example</textarea>')]).to.deep.equal([
      409,
      true,
      true,
    ]);
    const { userId } = (await findUserByLogin(scope, 'ana@acme.example'))!;
    const linked = await ana.submit(ana.form(await ana.get(at(`/admin/users/${userId}/groups/add`)), /add$/), { groups: groupId });
    expect([linked.status, linked.text.includes(sentence)]).to.deep.equal([409, true]);
    await deleteGroup(scope, groupId);
  });

  it('who looks for groups, and at one, stands in the audit, which shows the rest without that', async () => {
    const scope = await server.scope();
    const before = (await eventsOf(scope, { type: 'groups.listed' })).length;
    await ana.get(at('/admin/groups?q=fin'));
    await ana.get(at(await finance()));
    const listed = await eventsOf(scope, { type: 'groups.listed' });
    expect(listed.length).to.equal(before + 1);
    expect(listed.at(-1)!.details).to.deep.equal({ search: 'fin' });
    const names = ['Groups viewed or searched', 'Group viewed'];
    const shown = async (query: string) => /<tbody>[\s\S]*<\/tbody>/.exec((await ana.get(at(`/admin/audit${query}`))).text)![0];
    for (const query of ['?kind=reads', '?kind=everything']) for (const name of names) expect(await shown(query)).to.contain(name);
    for (const query of ['', '?type=no-views']) {
      for (const name of names) expect(await shown(query), query).to.not.contain(name);
      expect(await shown(query), query).to.contain('Signed in');
    }
  });

  it('the audit says what of a group changed, and nothing when nothing did', async () => {
    const { groupId } = (await findGroupByName(await server.scope(), 'Finance'))!;
    const edit = async (description: string) =>
      ana.submit(ana.form(await ana.get(at(`/admin/groups/${groupId}/edit`)), /edit$/), { description });
    await edit('Pays the bills');
    await edit('Pays the bills');
    const events = await eventsOf(await server.scope(), { type: 'group.edited' });
    expect(events.map(({ details }) => details)).to.deep.equal([
      { before: { name: 'Finance', description: '' }, after: { name: 'Finance', description: 'Pays the bills' } },
    ]);
    expect((await ana.get(at('/admin/audit?type=group.edited'))).text).to.contain('– → Pays the bills');
  });

  it('S36: with a group go its rules, and that is said before', async () => {
    const { groupId } = (await findGroupByName(await server.scope(), 'Équipe 119'))!;
    await ana.submit(ana.form(await ana.get(at(`/admin/groups/${groupId}/second-factor`)), /second-factor$/));
    const asked = await ana.get(at(`/admin/groups/${groupId}/delete`));
    expect(asked.text).to.contain('a second factor or shorter sessions it required no longer apply');
    await ana.submit(ana.form(asked, /delete$/));
    for (const minutes of [0, 10]) {
      const rules = rulesInForce(await loadPolicy(await server.scope()), new Date(Date.now() + minutes * 60_000));
      expect(rules.overrides, `and stay away, ${minutes} minutes later`).to.deep.equal([]);
    }
  });

  it('S97: of Everyone nothing can be changed but what it gives', async () => {
    const { groupId } = (await findGroupByName(await server.scope(), 'Everyone'))!;
    const page = (await ana.get(at(`/admin/groups/${groupId}`))).text;
    for (const part of ['edit', 'delete']) expect((await ana.get(at(`/admin/groups/${groupId}/${part}`))).status, part).to.equal(303);
    for (const part of ['/edit"', '/delete"', '/members"']) expect(page, part).to.not.contain(`${groupId}${part}`);
    expect(page).to.contain('/applications/add');
  });
});

describe('domain/users: searching a list', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    const people = ['Maria Lopes', 'Ana Maria Braz', 'Mariana Luz', 'José Maria', 'Álvaro Maranhão', 'Zé Silva'];
    const users = people.map((name, i) => ({
      username: `u${i}`,
      firstName: name.split(' ')[0],
      lastName: name.split(' ').slice(1).join(' '),
    }));
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users }] });
  });
  after(() => server.close());

  /** Page by page, of two. */
  async function names(filter: UserFilter): Promise<string[]> {
    const scope = await server.scope();
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listUsers(scope, { ...filter, cursor }, 2);
      found.push(...page.items.map(fullName));
      cursor = page.cursor;
    } while (cursor && found.length < 50);
    return found;
  }

  it('S50: who begins with it comes first, then who holds it elsewhere, each once and whatever the page', async () => {
    expect(await names({ search: 'MARIA', by: 'name' })).to.deep.equal(['Maria Lopes', 'Mariana Luz', 'Ana Maria Braz', 'José Maria']);
    expect(await names({ search: 'maria' })).to.deep.equal(['Maria Lopes', 'Mariana Luz', 'Ana Maria Braz', 'José Maria']);
    expect(await names({ search: 'maria ana' }), 'words in any order').to.deep.equal(['Ana Maria Braz', 'Mariana Luz']);
    expect(await names({ search: 'u1', by: 'username' })).to.deep.equal(['Ana Maria Braz']);
    expect(await names({ search: 'acme', by: 'email' })).to.deep.equal(['Ana Souza']);
    expect(await names({ search: 'al', by: 'name' }), 'two letters: beginnings of words, accents folded').to.deep.equal([
      'Álvaro Maranhão',
    ]);
    expect(await names({ search: '%', by: 'name' })).to.deep.equal([]);
  });

  it('without a search everybody, by name, each once', async () => {
    const all = await names({});
    expect([all.length, new Set(all).size]).to.deep.equal([8, 8]);
    expect(all[0]).to.equal('Álvaro Maranhão');
  });
});
