import { expect } from 'chai';
import { endTrial } from '../../../src/domain/sign-in/authentication/index.ts';
import { loadPolicy } from '../../../src/domain/sign-in/sign-in-policy/index.ts';
import { eventsOf } from '../../support/audit.ts';
import { movableClock } from '../../support/clock.ts';
import { type Answer, Jar } from '../../support/jar.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

describe('web: the sign-in policy', () => {
  let server: TestServer;
  let ana: Jar;
  const { clock, wait, reset } = movableClock();
  beforeEach(async () => {
    reset();
    server = await startTestServer({ clock });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  afterEach(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  async function save(changes: Record<string, string | string[]>, path = '/admin/policy', jar = ana): Promise<Answer> {
    const { action, entries } = jar.form(await jar.get(at(path)), new RegExp(`${path}$`));
    const form = new URLSearchParams(entries);
    for (const [name, value] of Object.entries(changes)) {
      form.delete(name);
      for (const one of [value].flat()) form.append(name, one);
    }
    return jar.get(action, { form });
  }
  const decide = async (decision: 'keep' | 'revert') => {
    const { action, fields } = ana.form(await ana.get(at('/admin/policy')), /trial$/);
    return ana.follow(action, { form: { ...fields, decision } });
  };
  const signIn = async (login: string, password: string) => {
    const jar = new Jar();
    return { jar, page: await fillSignIn(jar, await jar.follow(at('/launchpad')), login, password) };
  };
  const rules = async () => (await loadPolicy(await server.scope())).rules;

  it('saved as it is shown, nothing changes; what does not fit is named and nothing is lost', async () => {
    const before = await rules();
    expect((await save({})).status).to.equal(303);
    expect(await rules()).to.deep.equal(before);
    const refused = await save({ 'lockout.limit': '99', 'password.minLength': 'many', networks: 'nowhere', 'session.idleMinutes': '30' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('in the range').and.to.contain('203.0.113.0/24').and.to.contain('value="30"');
    expect((await save({ 'lockout.limit': '3', 'password.minLength': '14', 'password.classes': ['digit', 'upper'] })).status).to.equal(303);
    expect((await rules()).base)
      .to.deep.include({ networks: [] })
      .and.to.have.nested.property('password.minLength', 14);
    const event = (await eventsOf(await server.scope(), { type: 'sign-in-policy.changed' })).at(-1)!;
    expect(event.details).to.have.nested.property('before.base.lockout.limit', 5);
    expect(event.details).to.have.nested.property('after.base.lockout.limit', 3);
    expect(event.actor.name).to.equal('Ana Souza');
  });

  it('two administrators at once: the later one is told', async () => {
    const { action, entries } = ana.form(await ana.get(at('/admin/policy')), /policy$/);
    await save({ 'lockout.limit': '4' });
    expect((await ana.get(action, { form: new URLSearchParams(entries) })).status).to.equal(409);
  });

  it('a change that would keep out every administrator who is signed in is refused', async () => {
    for (const changes of [
      { networks: '192.0.2.0/24' },
      {
        'hours.days': String(((clock.now().getUTCDay() + 2) % 7) + 1),
        'hours.from': '00:00',
        'hours.to': '00:01',
        'hours.timeZone': 'UTC',
      },
    ] as Record<string, string>[]) {
      const refused = await save(changes);
      expect(refused.status, JSON.stringify(changes)).to.equal(409);
      expect(refused.text).to.contain('Change them so that at least one can');
    }
    const { action, entries } = ana.form(await ana.get(at('/admin/policy')), /policy$/);
    const form = new URLSearchParams(entries);
    form.delete('identifiers.email');
    expect((await ana.get(action, { form })).status, 'administrators sign in by e-mail').to.equal(409);
    expect((await rules()).base.networks).to.deep.equal([]);
  });

  it('a risky change stands on trial for five minutes and goes by itself, unless it is kept', async () => {
    const tried = await ana.follow(at('/admin/policy'), {});
    expect(tried.text).to.not.contain('on trial');
    const page = await save({ networks: '127.0.0.0/8\n10.0.0.0/8' });
    expect(page.location).to.contain('policy_on_trial');
    expect((await ana.get(at('/admin/policy'))).text).to.contain('Policy change on trial');
    wait(6);
    expect((await ana.get(at('/admin/policy'))).text, 'over').to.not.contain('10.0.0.0/8');
    const scope = await server.scope();
    await endTrial(scope);
    expect((await rules()).base.networks).to.deep.equal([]);
    await save({ networks: '127.0.0.0/8\n10.0.0.0/8' });
    expect((await decide('keep')).text).to.contain('Policy confirmed');
    wait(6);
    expect((await rules()).base.networks).to.have.length(2);
    await save({ networks: '127.0.0.0/8' });
    expect((await decide('revert')).text).to.contain('in effect again');
    expect((await rules()).base.networks).to.have.length(2);
    const types = await scope.db('audit_events').where('type', 'like', 'sign-in-policy.%').orderBy('event_id').pluck('type');
    expect(types.map((type) => type.split('.')[1])).to.deep.equal(['changed', 'reverted', 'changed', 'confirmed', 'changed', 'reverted']);
  });

  it('a change during a trial is measured against the rules before it: nothing harmless confirms it', async () => {
    await save({ networks: '127.0.0.0/8' });
    await save({ 'lockout.limit': '7' });
    expect((await ana.get(at('/admin/policy'))).text).to.contain('Policy change on trial');
    wait(6);
    const after = (await ana.get(at('/admin/policy'))).text;
    expect(after).to.not.contain('127.0.0.0/8');
    expect(/name="lockout.limit" value="(\d+)"/.exec(after)![1]).to.equal('5');
  });

  it('S57: passkeys alone, at an address that has none, would lock everybody out: refused', async () => {
    const refused = await save({ 'secondFactor.demand': 'required', 'secondFactor.factors': 'passkey' });
    expect(refused.status).to.equal(409);
    expect((await save({ 'password.history': '' })).status, 'an emptied number is no zero').to.equal(422);
  });

  it('networks and hours: whoever is kept out is told after the password, never before; a session is kept out, too', async () => {
    const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const override = { for: 'role:regular', networks: '192.0.2.0/24' };
    expect((await save(override, '/admin/policy/overrides/new')).location).to.contain('on_trial');
    await decide('keep');
    const { page } = await signIn('jsilva', passwords.joao);
    expect(page.status).to.equal(403);
    expect(page.text)
      .to.contain('only from certain networks')
      .and.to.match(/[2-9A-Z]{4}-[2-9A-Z]{4}/);
    expect((await signIn('jsilva', 'a wrong password')).page.text).to.not.contain('networks');
    expect((await joao.follow(at('/launchpad'))).text, 'the session of before').to.contain('only from certain networks');
    const code = /[2-9A-Z]{4}-[2-9A-Z]{4}/.exec(page.text)![0];
    const found = /<tbody>[\s\S]*<\/tbody>/.exec((await ana.get(at(`/admin/audit?support_code=${code}`))).text)![0];
    expect(found).to.contain('does not allow signing in from this network');
    expect(found.match(/<tr>/g), 'the code leads to it alone').to.have.length(1);
    expect((await signIn('ana@acme.example', passwords.ana)).page.url).to.match(/launchpad$/);
  });

  it('stricter rules for a group, an application or a role, with a worked example of what holds for whom', async () => {
    const finance = (await (await server.scope()).db('groups').where({ name: 'Finance' }).first('group_id'))!.group_id;
    expect(
      (await save({ for: `group:${finance}`, 'password.minLength': '30', 'session.idleMinutes': '10' }, '/admin/policy/overrides/new'))
        .status,
    ).to.equal(303);
    const example = (await ana.get(at('/admin/policy?login=jsilva'))).text;
    const row = (name: string) => new RegExp(`<td>${name}</td>.*?</tr>`).exec(example)![0].replace(/<[^>]+>/g, ' ');
    expect(row('Minimum length')).to.contain('30').and.to.contain('Finance');
    expect(row('Failed attempts before blocking')).to.contain('5').and.to.contain('Company');
    expect((await ana.get(at('/admin/policy?login=nobody'))).text).to.contain('No user signs in with nobody');
    const { page } = await signIn('jsilva', passwords.joao);
    expect(page.text, 'the policy is checked at every sign-in')
      .to.contain('no longer meets your company’s password policy')
      .and.to.contain('At least 30 characters');
    const link = /\/admin\/policy\/overrides\/[0-9a-f-]{36}/.exec((await ana.get(at('/admin/policy'))).text)![0];
    expect((await save({}, link)).status, 'as shown').to.equal(303);
    expect((await rules()).overrides[0]!.password).to.deep.equal({ minLength: 30 });
    await save({ remove: 'yes' }, link);
    expect((await rules()).overrides).to.deep.equal([]);
    expect((await ana.get(at(link))).status).to.equal(404);
  });

  it('passwords expire and do not come back, where the company says so', async () => {
    await save({ 'password.expiryDays': '30', 'password.history': '2', 'session.lifetimeHours': '8000' });
    wait(31 * 24 * 60);
    const { jar, page } = await signIn('jsilva', passwords.joao);
    expect(page.text).to.contain('Your password has expired');
    const choose = (from: Answer, newPassword: string) =>
      jar.submit(jar.form(from, /new-password$/), { newPassword, repeatPassword: newPassword });
    expect((await choose(page, passwords.joao)).text).to.contain('different from your current one');
    expect((await choose(page, 'one more long sentence')).url).to.match(/launchpad$/);
    wait(31 * 24 * 60);
    const second = await signIn('jsilva', 'one more long sentence');
    const form = second.jar.form(second.page, /new-password$/);
    const used = await second.jar.submit(form, { newPassword: passwords.joao, repeatPassword: passwords.joao });
    expect(used.text).to.contain('one of your last 2 passwords');
  });

  it('staying signed in is offered where the policy allows it, and lasts as long', async () => {
    expect((await new Jar().follow(at('/launchpad'))).text).to.not.contain('Stay signed in');
    await save({ 'session.keepDays': '10' });
    const keep = async (fields: Record<string, string>) => {
      const jar = new Jar();
      const page = await jar.follow(at('/launchpad'));
      await jar.submit(jar.form(page, /sign-in\//), { login: 'jsilva', password: passwords.joao, ...fields });
      return jar;
    };
    const [kept, short] = [await keep({ keep: 'yes' }), await keep({})];
    wait(5 * 24 * 60);
    expect((await kept.follow(at('/launchpad'))).url).to.match(/launchpad$/);
    expect((await short.follow(at('/launchpad'))).text).to.contain('name="password"');
    wait(6 * 24 * 60);
    expect((await kept.follow(at('/launchpad'))).text).to.contain('name="password"');
  });

  it('identifiers: where usernames are switched off nobody signs in with one, and hears what everybody hears', async () => {
    expect((await save({ 'identifiers.username': [] })).status).to.equal(303);
    await decide('keep');
    const refused = await signIn('jsilva', passwords.joao);
    expect(refused.page.text).to.contain('id="fault"');
    expect((await signIn('ana@acme.example', passwords.ana)).page.url).to.match(/launchpad$/);
    const { reason } = (await (await server.scope()).db('audit_events').where({ type: 'sign-in.failed' }).first('reason'))!;
    expect(reason).to.equal('unknown-person');
  });
});
