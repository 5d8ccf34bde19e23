import { expect } from 'chai';
import type { OidcSettings } from '../../../src/domain/applications/applications/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { sealEvents } from '../../../src/domain/records/audit/index.ts';
import { Jar, send } from '../../support/jar.ts';
import { basic, json } from '../../support/oidc.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/admin-console', () => {
  let server: TestServer;
  let ana: Jar;
  beforeEach(async () => {
    server = await startTestServer({ jobs: true });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  afterEach(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const idOf = async (login: string) => (await findUserByLogin(await server.scope(), login))!.userId;
  const events = async (type: string) => {
    const scope = await server.scope();
    return scope.db('audit_events').where({ context_id: scope.contextId, type }).orderBy('event_id');
  };
  const confirm = async (path: string) => ana.submit(ana.form(await ana.get(at(path)), new RegExp(`${path}$`)));
  const newApplication = async (extra: Record<string, string> = {}) => {
    const form = ana.form(await ana.get(at('/admin/applications/new')), /new$/);
    return ana.get(form.action, {
      form: {
        ...form.fields,
        name: 'Wiki',
        code: 'wiki',
        redirect_uris: 'https://wiki.acme.example/cb',
        launchUrl: 'https://wiki.acme.example/',
        ...extra,
      },
    });
  };

  it('every change to an application is in the audit with before and after, without secrets', async () => {
    const created = await newApplication();
    const secret = /new-secret">([\w-]{43})</.exec(created.text)![1]!;
    const id = /\/admin\/applications\/([0-9a-f-]{36})\/edit/.exec(created.text)![1]!;
    const form = ana.form(await ana.get(at(`/admin/applications/${id}/edit`)), /edit$/);
    expect((await ana.get(form.action, { form: { ...form.fields, name: 'Knowledge' } })).status).to.equal(303);
    await confirm(`/admin/applications/${id}/disable`);
    await confirm(`/admin/applications/${id}/enable`);
    const second = await confirm(`/admin/applications/${id}/secret`);
    const newSecret = /new-secret">([\w-]{43})</.exec(second.text)![1]!;
    await confirm(`/admin/applications/${id}/clone`);
    await confirm(`/admin/applications/${id}/delete`);
    const [edited] = await events('application.edited');
    expect(edited!.details).to.deep.equal({ before: { name: 'Wiki' }, after: { name: 'Knowledge' } });
    for (const type of ['created', 'enabled', 'disabled', 'secret-changed', 'cloned', 'deleted'])
      expect(await events(`application.${type}`), type).to.have.length.greaterThan(0);
    const scope = await server.scope();
    const everything = JSON.stringify([await scope.db('audit_events').select('*'), await scope.db('applications').select('*')]);
    for (const value of [secret, newSecret]) expect(everything).not.to.contain(value);
    expect((await ana.get(at('/admin/applications'))).text).to.contain('Knowledge (2)');
  });

  it('a client secret may have an end: it is shown, warned of on Home, and nothing goes through after it', async () => {
    const created = await newApplication({ grant_types: 'client_credentials' });
    const id = /\/admin\/applications\/([0-9a-f-]{36})\/edit/.exec(created.text)![1]!;
    expect(created.text).to.not.contain('Expires');
    const page = await ana.get(at(`/admin/applications/${id}/secret`));
    for (const words of ['Never', '90 days', '730 days']) expect(page.text).to.contain(words);
    const ask = async (valid_days: string) => (await ana.submit(ana.form(page, /secret$/), { valid_days })).text;
    expect(await ask('365')).to.contain('Expires');
    expect((await ana.get(at('/admin'))).text).to.not.contain('>Wiki</a>');
    const shown = await ask('90');
    const secret = /new-secret">([\w-]{43})</.exec(shown)![1]!;
    const scope = await server.scope();
    const stored = scope.db('applications').where({ context_id: scope.contextId, code: 'wiki' });
    const { client_secret_expires_at } = (await stored.clone().first('oidc'))!.oidc as OidcSettings;
    expect(client_secret_expires_at! * 1000 - Date.now()).to.be.within(89.9 * 86_400_000, 90 * 86_400_000);
    const form = ana.form(await ana.get(at(`/admin/applications/${id}/edit`)), /edit$/);
    expect((await ana.get(form.action, { form: { ...form.fields, name: 'Knowledge' } })).status).to.equal(303);
    const token = () => send(`${server.issuer}/oidc/token`, { form: { grant_type: 'client_credentials' }, headers: basic('wiki', secret) });
    expect((await token()).status, 'another edit keeps the secret and its end').to.equal(200);
    const changed = {
      oidc: scope.db.raw('jsonb_set(oidc, ?, ?)', ['{client_secret_expires_at}', String(Math.floor(Date.now() / 1000) - 60)]),
    };
    await stored.clone().update(changed);
    server.app.services.forgetCached(scope.contextId);
    const refused = await token();
    expect([refused.status, json(refused).error, json(refused).error_description]).to.deep.equal([
      401,
      'invalid_client',
      'the client secret has expired',
    ]);
    const guessed = await send(`${server.issuer}/oidc/token`, {
      form: { grant_type: 'client_credentials' },
      headers: basic('wiki', 'a-guess-of-somebody'),
    });
    expect(json(guessed).error_description, 'only who has it hears so').to.equal('client authentication failed');
    expect((await ana.get(at('/admin'))).text).to.contain('client secret expired');
    expect((await ana.get(at(`/admin/applications/${id}/secret`))).text, 'the next is offered one').to.match(
      /<option value="365" selected/,
    );
    expect(await ask('0'), 'and the next may be without one').to.not.contain('client secret expire');
  });

  it('assigns people and groups, and takes them away; nothing chosen is said to be nothing', async () => {
    const scope = await server.scope();
    const { application_id } = (await scope.db('applications').where({ context_id: scope.contextId, code: 'payroll' }).first())!;
    const { group_id } = (await scope.db('groups').where({ context_id: scope.contextId, is_everyone: true }).first())!;
    const path = `/admin/applications/${application_id}/assignments`;
    const post = async (form: Record<string, string>, to = path) => {
      const { fields } = ana.form(await ana.get(at('/sign-out')));
      return ana.follow(at(to), { method: 'POST', form: { _csrf: fields._csrf!, ...form } });
    };
    const none = await post({});
    expect([none.status, none.text.includes('Select at least one')]).to.deep.equal([422, true]);
    const nobody = await post({ login: ' ' });
    expect([nobody.status, nobody.text.includes('No user signs in with this')]).to.deep.equal([422, true]);
    expect((await post({ login: 'ana@acme.example jsilva' })).text)
      .to.contain('Ana Souza')
      .and.to.contain('João da Silva');
    expect((await post({ all_groups: group_id })).text).to.match(/value="group:[0-9a-f-]{36}"/);
    await post({ assignee: `group:${group_id}` }, `${path}/remove`);
    const ana_id = await idOf('ana@acme.example');
    const left = await post({ assignee: `user:${ana_id}` }, `${path}/remove`);
    expect(left.text).to.not.contain(`user:${ana_id}`);
    expect((await events('application.assigned')).length - (await events('application.unassigned')).length).to.equal(2);
    expect((await events('application.unassigned')).length).to.equal(2);
  });

  it('keys: the next one is published before it signs, by a button', async () => {
    const jwks = async () => json(await send(`${server.issuer}/oidc/jwks`)).keys.length;
    const before = await jwks();
    const asked = await ana.get(at('/admin/keys/rotate'));
    expect((await ana.submit(ana.form(asked, /rotate$/))).status).to.equal(200);
    expect(await jwks()).to.be.greaterThan(before);
    expect(await events('signing-key.rotated')).to.have.length.greaterThan(0);
  });

  it('S51: Home’s numbers lead to the lists they count; its chart says what came and what failed, and what nobody uses is named', async () => {
    const scope = await server.scope();
    const jar = new Jar();
    await fillSignIn(jar, await jar.follow(at('/launchpad')), 'jsilva', 'a wrong password');
    await scope.db('users').where({ username_key: 'jsilva' }).update({ status: 'blocked' });
    await scope
      .db('applications')
      .where({ context_id: scope.contextId, code: 'payroll' })
      .update({ created_at: new Date(Date.now() - 200 * 86_400_000) });
    await sealEvents(scope, 'UTC');
    const home = (await ana.get(at('/admin'))).text;
    expect(home)
      .to.match(/href="\/acme\/admin\/users\?status=blocked"><strong>1</)
      .and.to.match(/status=invited"><strong>0</);
    const rows = /<tbody>[\s\S]*<\/tbody>/.exec((await ana.get(at('/admin/users?status=blocked'))).text)![0];
    expect(rows).to.contain('João da Silva').and.to.not.contain('Ana Souza');
    expect(home).to.match(/<svg class="chart-plot"[^>]*role="img"/);
    expect(home.match(/<rect class="chart-good"/g)).to.have.length(30);
    expect(home).to.match(/Sign-ins: [1-9]\. Failed attempts: 1\./);
    expect(home.slice(home.indexOf('Needs attention')))
      .to.match(/edit">Payroll<\/a>|>Payroll<\/a>/)
      .and.to.contain('Never used');
  });

  it('S30: the Launchpad shows one category at a time', async () => {
    const scope = await server.scope();
    const own = (code: string) => scope.db('applications').where({ context_id: scope.contextId, code });
    await own('payroll').update({ category: 'People' });
    await own('mobile').update({ category: 'Field work' });
    const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const all = (await joao.get(at('/launchpad'))).text;
    expect(all).to.contain('<option value="People">').and.to.contain('<option value="Field work">').and.to.contain('>Mobile<');
    const people = (await joao.get(at('/launchpad?category=People'))).text;
    expect(people).to.contain('>Payroll<').and.to.not.contain('>Mobile<');
  });

  it('makes the code from the name when none is given', async () => {
    const answer = await newApplication({ name: 'Folha de Pagamento (RH)', code: '', client_id: '' });
    expect(answer.text).to.contain('id="value-client_id">folha-de-pagamento-rh</code>');
  });

  it('an edit that another administrator overtook is refused with a clear message, and nothing is lost', async () => {
    const id = /\/admin\/applications\/([0-9a-f-]{36})\/edit/.exec((await newApplication()).text)![1]!;
    const [mine, theirs] = [
      ana.form(await ana.get(at(`/admin/applications/${id}/edit`)), /edit$/),
      ana.form(await ana.get(at(`/admin/applications/${id}/edit`)), /edit$/),
    ];
    await ana.get(theirs.action, { form: { ...theirs.fields, name: 'Theirs' } });
    const answer = await ana.get(mine.action, { form: { ...mine.fields, name: 'Mine' } });
    expect(answer.status).to.equal(409);
    expect(answer.text).to.contain('You changed this in another window').and.to.contain('Mine');
    const user = await idOf('jsilva');
    const [one, two] = [
      ana.form(await ana.get(at(`/admin/users/${user}/edit`)), /edit$/),
      ana.form(await ana.get(at(`/admin/users/${user}/edit`)), /edit$/),
    ];
    await ana.get(one.action, { form: { ...one.fields, department: 'Payments' } });
    expect((await ana.get(two.action, { form: { ...two.fields, department: 'Sales' } })).status).to.equal(409);
  });

  it('mass assignment: fields that a form does not have change nothing', async () => {
    const user = await idOf('jsilva');
    const form = ana.form(await ana.get(at(`/admin/users/${user}/edit`)), /edit$/);
    await ana.get(form.action, {
      form: {
        ...form.fields,
        firstName: 'Johnny',
        username: 'taken.over',
        email: 'x@y.example',
        status: 'blocked',
        userId: 'x',
        emailVerified: 'true',
      },
    });
    const after = (await findUserByLogin(await server.scope(), 'jsilva'))!;
    expect(after)
      .to.include({ firstName: 'Johnny', username: 'jsilva', status: 'activated', emailVerified: false })
      .and.not.have.property('email', 'x@y.example');
  });

  it('S57: an administrator needs an e-mail; S59: logins are unique', async () => {
    const form = ana.form(await ana.get(at('/admin/users/new')), /new$/);
    const base = { ...form.fields, firstName: 'A', lastName: 'B' };
    const role = await ana.get(form.action, { form: { ...base, access: 'username', username: 'boss', role: 'administrator' } });
    expect([role.status, role.text.includes('An administrator must have an e-mail')]).to.deep.equal([422, true]);
    const taken = await ana.get(form.action, { form: { ...base, access: 'email', email: 'ANA@ACME.example' } });
    expect([taken.status, taken.text.includes('Already in use')]).to.deep.equal([409, true]);
    const both = await Promise.all([1, 2, 3].map(() => ana.get(form.action, { form: { ...base, access: 'username', username: 'racer' } })));
    expect(both.map(({ status }) => status).sort()).to.deep.equal([303, 409, 409]);
  });

  it('the last administrator and one’s own account are safe', async () => {
    const own = await idOf('ana@acme.example');
    for (const change of ['deactivate', 'delete', 'reset-password']) {
      const page = await ana.get(at(`/admin/users/${own}/${change}`));
      expect(page.status, change).to.equal(303);
    }
    const csrf = ana.form(await ana.get(at('/sign-out'))).fields._csrf!;
    expect((await ana.get(at(`/admin/users/${own}/deactivate`), { form: { _csrf: csrf } })).status).to.equal(409);
    const edit = ana.form(await ana.get(at(`/admin/users/${own}/edit`)), /edit$/);
    const { role: _, ...demoted } = edit.fields;
    expect((await ana.get(edit.action, { form: demoted })).text).to.contain('You can’t do this to your own account');
    const { requestDeletion } = await import('../../../src/domain/people/users/index.ts');
    const scope = await server.scope();
    let code = '';
    await requestDeletion(scope, own).catch((error) => {
      code = error.code;
    });
    expect(code).to.equal('last_administrator');
  });

  it('S134–S136: a blocked person is unblocked and signs in again', async () => {
    const attempt = async (password: string) => {
      const jar = new Jar();
      return fillSignIn(jar, await jar.follow(at('/launchpad')), 'jsilva', password);
    };
    for (let i = 0; i < 5; i++) await attempt('wrong wrong wrong');
    expect((await attempt(passwords.joao)).status).to.equal(422);
    const user = await idOf('jsilva');
    expect((await ana.get(at(`/admin/users/${user}`))).text)
      .to.contain('Blocked')
      .and.to.contain('/unblock');
    await confirm(`/admin/users/${user}/unblock`);
    expect((await attempt(passwords.joao)).url).to.match(/launchpad$/);
    expect((await events('user.blocked'))[0]!.reason).to.equal('failed-attempt-limit');
  });

  it('S97: Everyone holds everybody and cannot be changed', async () => {
    const scope = await server.scope();
    const { findGroupByName } = await import('../../../src/domain/people/groups/index.ts');
    const everyone = (await findGroupByName(scope, 'Everyone'))!;
    expect((await ana.get(at(`/admin/groups/${everyone.groupId}`))).text)
      .to.contain('Ana Souza')
      .and.to.contain('João da Silva')
      .and.not.to.contain('/edit');
    const csrf = ana.form(await ana.get(at('/sign-out'))).fields._csrf!;
    const user = await idOf('jsilva');
    for (const [path, extra] of [
      ['edit', { name: 'x' }],
      ['delete', {}],
      ['members', { login: 'jsilva' }],
      [`members/${user}/remove`, {}],
    ] as const) {
      expect((await ana.get(at(`/admin/groups/${everyone.groupId}/${path}`), { form: { _csrf: csrf, ...extra } })).status, path).to.equal(
        409,
      );
    }
  });

  it('a logo is a small picture by its own bytes, and is served as one', async () => {
    const id = /\/admin\/applications\/([0-9a-f-]{36})\/edit/.exec((await newApplication()).text)![1]!;
    const csrf = ana.form(await ana.get(at('/sign-out'))).fields._csrf!;
    const upload = (content: Buffer, type: string) => {
      const boundary = 'xxboundaryxx';
      const part = (head: string, body: Buffer | string) =>
        Buffer.concat([Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), Buffer.from(body as string), Buffer.from('\r\n')]);
      const body = Buffer.concat([
        part('Content-Disposition: form-data; name="_csrf"', csrf),
        part(`Content-Disposition: form-data; name="logo"; filename="a.png"\r\nContent-Type: ${type}`, content as never),
        Buffer.from(`--${boundary}--\r\n`),
      ]);
      return ana.get(at(`/admin/applications/${id}/logo`), {
        method: 'POST',
        body,
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      });
    };
    expect((await upload(Buffer.from('<svg onload="alert(1)"/>'), 'image/png')).status).to.equal(422);
    expect((await upload(Buffer.alloc(1_100_000, 1), 'image/png')).status).to.be.within(413, 422);
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
    expect((await upload(png, 'text/html')).status).to.equal(303);
    const logo = await ana.get(at(`/logos/${id}`));
    expect(logo.headers).to.include({ 'content-type': 'image/png', 'x-content-type-options': 'nosniff' });
  });

  it('script in any name is text on every page that shows it', async () => {
    const evil = '"><img src=x onerror=alert(1)>{{x}}$t(nav.keys)';
    await newApplication({ name: evil, description: evil, category: evil.slice(0, 60) });
    const form = ana.form(await ana.get(at('/admin/groups/new')), /new$/);
    await ana.get(form.action, { form: { ...form.fields, name: evil, description: evil } });
    const jar = new Jar();
    const page = await jar.follow(at('/launchpad'));
    const signIn = jar.form(page, /sign-in/);
    await jar.get(signIn.action, { form: { ...signIn.fields, login: evil, password: 'x' }, headers: { 'user-agent': evil } });
    for (const path of [
      '/admin/applications',
      '/admin/groups',
      '/admin/audit',
      '/launchpad',
      `/launchpad?q=${encodeURIComponent(evil)}`,
      `/admin/users?q=${encodeURIComponent(evil)}`,
    ]) {
      const { text } = await ana.get(at(path));
      expect(text, path).not.to.contain('<img src=x');
    }
    expect((await ana.get(at('/admin/applications'))).text, 'and it is shown as it was written').to.contain('{{x}}$t(nav.keys)');
  });

  it('lists page by key, and say so when nothing matches', async () => {
    const users = Array.from({ length: 120 }, (_, i) => ({
      username: `p${String(i).padStart(3, '0')}`,
      firstName: 'Person',
      lastName: String(i).padStart(3, '0'),
    }));
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users }] });
    const seen = new Set<string>();
    let page = await ana.get(at('/admin/users?q=person'));
    for (let i = 0; i < 5; i++) {
      for (const [, name = ''] of page.text.matchAll(/>Person (\d{3})</g)) seen.add(name);
      const next = /href="(\?[^"]*after=[^"]*)"/.exec(page.text)?.[1];
      if (!next) break;
      page = await ana.get(at(`/admin/users${next.replaceAll('&amp;', '&')}`));
    }
    expect(seen.size).to.equal(120);
    expect((await ana.get(at('/admin/users?q=nobody%25_'))).text).to.contain('No results');
  });

  it('S50: a search looks at e-mail, name or username, whichever is chosen; accents and case do not matter', async () => {
    const person = (email: string, firstName: string, lastName: string) => ({ email, firstName, lastName });
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [person('maria@acme.example', 'Íris', 'Gonçalves'), person('iris@acme.example', 'Bruno', 'Reis')],
        },
      ],
    });
    const found = async (query: string) => {
      const { text } = await ana.get(at(`/admin/users?${query}`));
      return ['Íris Gonçalves', 'Bruno Reis', 'João da Silva'].filter((name) => text.includes(`>${name}<`));
    };
    expect(await found('by=name&q=IRIS')).to.deep.equal(['Íris Gonçalves']);
    expect(await found('by=name&q=goncal')).to.deep.equal(['Íris Gonçalves']);
    expect(await found('by=email&q=IRIS')).to.deep.equal(['Bruno Reis']);
    expect(await found('by=email&q=acme.example')).to.deep.equal(['Íris Gonçalves', 'Bruno Reis']);
    expect(await found('by=username&q=SILVA')).to.deep.equal(['João da Silva']);
    expect(await found('by=username&q=iris')).to.deep.equal([]);
    expect(await found('q=iris'), 'everywhere').to.deep.equal(['Íris Gonçalves', 'Bruno Reis']);
    expect(await found('by=password&q=iris'), 'no such kind').to.deep.equal(['Íris Gonçalves', 'Bruno Reis']);
  });
});
