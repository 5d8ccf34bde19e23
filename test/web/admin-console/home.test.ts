import { expect } from 'chai';
import { load } from 'cheerio';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { newId } from '../../../src/platform/crypto/index.ts';
import { eventsOf } from '../../support/audit.ts';
import type { Jar } from '../../support/jar.ts';
import { signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const password = 'uma has a long password';

describe('web: Home of the console', () => {
  let server: TestServer;
  let uma: Jar;

  before(async () => {
    server = await startTestServer();
    await apply({ users: [{ email: 'uma@fresh.example', firstName: 'Uma', lastName: 'Nova', role: 'administrator', password }] });
    uma = await signedIn(server.baseUrl, 'uma@fresh.example', password, 'fresh');
  });
  after(() => server.close());

  const apply = (more: Record<string, unknown>) => server.apply({ contexts: [{ code: 'fresh', name: 'Fresh Ltd', ...more }] });
  const home = async () => load((await uma.get(`${server.baseUrl}/fresh/admin`)).text);
  const press = async (show: string) => uma.submit(uma.form(await uma.get(`${server.baseUrl}/fresh/admin`), /first-steps$/), { show });
  const open = async () => {
    const $ = await home();
    return $('.first-steps li:not(.first-step-done) :is(a, div > span)')
      .toArray()
      .map((one) => $(one).text());
  };

  it('first steps are ticked off by what is so, and by nothing else', async () => {
    expect(await open()).to.deep.equal([
      'Connect an application',
      'Add users',
      'Make somebody else an administrator',
      'Require a second factor',
      'Add your logo and colour',
      'Set up a mail server',
    ]);
    const application = { code: 'wiki', name: 'Wiki', launchUrl: 'https://wiki.example/' };
    const vera = { email: 'vera@fresh.example', firstName: 'Vera', lastName: 'Luz' };
    for (const [fact, done] of [
      [{ applications: [application] }, 'Connect an application'],
      [{ users: [vera] }, 'Add users'],
      [{ users: [{ ...vera, role: 'administrator' }] }, 'Make somebody else an administrator'],
      [{ policy: { overrides: [{ for: { role: 'regular' }, secondFactor: { demand: 'required' } }] } }, 'Require a second factor'],
      [{ branding: { color: '#0b5394' } }, 'Add your logo and colour'],
    ] as const) {
      const before = await open();
      await apply(fact);
      server.app.services.forgetCached((await server.scope('fresh')).contextId);
      expect(await open(), done).to.deep.equal(before.filter((one) => one !== done));
    }
    expect((await home())('.first-steps-head').text()).to.contain('5 of 6 done');
  });

  it('can be hidden for the company and had back, each with its event', async () => {
    await press('no');
    expect((await home())('.first-steps').length).to.equal(0);
    expect((await home())('button[name=show]').text()).to.equal('Show first steps (5 of 6 done)');
    await press('yes');
    expect((await home())('.first-steps').length).to.equal(1);
    expect(
      (await eventsOf(await server.scope('fresh'), { type: 'settings.changed' })).filter(({ reason }) => reason === 'home'),
    ).to.have.length(2);
  });

  it('says how many of the active people have a second factor', async () => {
    const shown = async () => (await home())('.tile-number[href*="factor=none"] strong').text();
    expect(await shown()).to.equal('0%');
    const { db, contextId: context_id, ...scope } = await server.scope('fresh');
    const { userId: user_id } = (await findUserByLogin({ db, contextId: context_id, ...scope }, 'vera@fresh.example'))!;
    for (const name of ['Phone', 'Tablet'])
      await db('second_factors').insert({ context_id, user_id, factor_id: newId(), kind: 'totp', name, created_at: new Date() });
    expect(await shown()).to.equal('50%');
    await db('users').where({ context_id, user_id }).update({ status: 'blocked' });
    expect(await shown(), 'of the active ones').to.equal('0%');
  });

  it('tells what changed last, by whom, with a link to it, and not who signed in or looked', async () => {
    const scope = await server.scope('fresh');
    const vera = (await findUserByLogin(scope, 'vera@fresh.example'))!;
    const path = `${server.baseUrl}/fresh/admin/users/${vera.userId}`;
    await uma.submit(uma.form(await uma.get(`${path}/edit`), /edit$/), { department: 'Sales' });
    const $ = await home();
    const card = $('.card').filter((_, one) => $(one).find('h2').text() === 'Recent changes');
    const first = card.find('li').first();
    expect(first.find('a').text()).to.equal('User edited');
    expect(first.find('a').attr('href')).to.equal(`/fresh/admin/users/${vera.userId}`);
    expect(first.text()).to.contain('Vera Luz').and.to.contain('Uma Nova');
    expect(card.text()).to.not.contain('Signed in').and.to.not.contain('viewed');
    expect(card.find('li').length).to.equal(5);
  });
});
