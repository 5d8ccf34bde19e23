import { expect } from 'chai';
import { load } from 'cheerio';
import { verifyAuditFile } from '../../../src/domain/administration/audit-keeping/index.ts';
import { changeStatus, findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { canonicalEvent, type EventRow, nextHash, noHash, recordAlone, sealEvents } from '../../../src/domain/records/audit/index.ts';
import { enqueueJob, listFailedJobs } from '../../../src/platform/jobs/index.ts';
import { eventsOf } from '../../support/audit.ts';
import { movableClock } from '../../support/clock.ts';
import { type Answer, Jar } from '../../support/jar.ts';
import { eventually } from '../../support/process.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

/** S38. */
describe('web/admin-console: the audit report', () => {
  let server: TestServer;
  let ana: Jar;
  const { clock, wait } = movableClock();
  before(async () => {
    server = await startTestServer({ jobs: true, clock });
    const scope = await server.scope();
    await recordAlone(scope, { type: 'settings.changed', reason: 'yesterday' });
    wait(24 * 60);
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    await signedIn(server.baseUrl, 'jsilva', passwords.joao);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const day = (days: number) => new Date(clock.now().getTime() + days * 86_400_000).toISOString().slice(0, 10);
  const shown = async (query: string): Promise<string> => (await ana.get(at(`/admin/audit?${query}`))).text;
  const finish = async (begun: Answer): Promise<Answer> => {
    await eventually(async () => expect((await ana.get(begun.url)).text).to.contain('Download'));
    return ana.get(`${begun.url.split('?')[0]}/file`);
  };

  it('filters by day of the company, person, what they did and what was done to them, application, what happened', async () => {
    expect(await shown(`until=${day(-1)}`))
      .to.contain('yesterday')
      .and.to.not.contain('>Signed in</a>');
    expect(await shown(`from=${day(0)}`)).to.not.contain('yesterday');
    const joao = await shown('person=jsilva&as=by');
    expect(joao).to.contain('João da Silva').and.to.not.contain('>User added</a>');
    expect(await shown('person=jsilva&as=about&type=user.created')).to.contain('João da Silva');
    expect(await shown('person=jsilva&type=settings.changed')).to.contain('No results');
    const payroll = await (await server.scope()).db('applications').where({ code: 'payroll' }).first('application_id');
    expect(await shown(`application=${payroll!.application_id}`))
      .to.contain('>Application added</a>')
      .and.to.not.contain('yesterday');
  });

  it('its tabs show sign-ins, changes or reads; each line leads to all of its event and of its person; times have seconds', async () => {
    const $ = load(await shown(''));
    const tabs = $('.tabs a').toArray();
    expect(tabs.map((one) => $(one).text())).to.deep.equal(['Activity', 'Sign-ins', 'Changes', 'Views and exports', 'Everything']);
    expect($('.tabs [aria-current]').text()).to.equal('Activity');
    const eventsAt = async (query: string) => {
      const page = load(await shown(query));
      return new Set(
        page('tbody td[data-label="Event"] a[title]')
          .toArray()
          .map((one) => page(one).text()),
      );
    };
    expect([...(await eventsAt('kind=access'))]).to.deep.equal(['Signed in']);
    expect(await eventsAt('kind=changes'))
      .to.include('Application added')
      .and.to.not.include('Signed in');
    const joao = (await findUserByLogin(await server.scope(), 'jsilva'))!;
    await ana.get(at(`/admin/users/${joao.userId}`));
    expect([...(await eventsAt('kind=reads'))]).to.deep.equal(['User page viewed']);
    expect(await eventsAt('kind=everything'))
      .to.include('User page viewed')
      .and.to.include('Signed in');
    expect(await eventsAt('kind=nothing')).to.deep.equal(await eventsAt(''));
    const follow = async (from: string, selector: string) => {
      const href = load(await shown(from))(selector)
        .first()
        .attr('href')!;
      return load(await shown(href.slice(1)));
    };
    const only = await follow('kind=everything', 'td a[title="Only events of this kind"]:contains("User page viewed")');
    expect(only('#type').val()).to.equal('user.viewed');
    const by = await follow('kind=access', 'td a[title="Only what João da Silva did"]');
    expect([by('#person').val(), by('#as').val(), by('input[name=kind]').val()]).to.deep.equal(['jsilva', 'by', 'access']);
    const about = await follow('kind=reads', 'dd a:contains("João da Silva")');
    expect([about('#person').val(), about('#as').val()]).to.deep.equal(['jsilva', 'about']);
    expect($('tbody time').first().text()).to.match(/\d:\d\d:\d\d/);
  });

  it('what one person did to another', async () => {
    const scope = await server.scope();
    const [me, joao] = await Promise.all(['ana@acme.example', 'jsilva'].map(async (login) => (await findUserByLogin(scope, login))!));
    await ana.get(at(`/admin/users/${joao!.userId}`));
    await ana.submit(ana.form(await ana.get(at(`/admin/users/${joao!.userId}/edit`)), /edit$/), { department: 'Seen' });
    const shown = (await ana.get(at('/admin/audit?kind=everything&person=jsilva&by=ana@acme.example'))).text;
    const [first, ...others] = shown.split('<tr>').slice(2);
    expect(shown).to.contain('– → Seen');
    for (const row of [first, ...others]) expect(row).to.contain('Ana Souza').and.to.contain('João da Silva');
    const events = await eventsOf(scope, { actorId: me!.userId, subjectId: joao!.userId });
    expect(others.length + 1).to.equal(events.length);
    expect((await ana.get(at('/admin/audit?by=nobody'))).text).to.contain('aria-describedby="by-fault"');
  });

  it('filters by outcome', async () => {
    const jar = new Jar();
    await fillSignIn(jar, await jar.follow(at('/launchpad')), 'jsilva', 'a wrong password');
    const body = (text: string) => /<tbody>[\s\S]*<\/tbody>/.exec(text)![0];
    const [failed, done] = [body(await shown('outcome=failure')), body(await shown('outcome=success'))];
    expect(failed).to.contain('wrong password').and.to.not.contain('Signed in');
    expect(done).to.contain('Signed in').and.to.not.contain('wrong password');
  });

  it('says what is wrong with a filter instead of showing everything', async () => {
    expect(await shown('person=nobody'))
      .to.contain('No user signs in with this')
      .and.to.contain('No results');
    expect(await shown('from=2026-02-30'))
      .to.contain('Enter a date')
      .and.to.contain('No results');
    const { action, fields } = ana.form(await ana.get(at('/admin/audit/export')));
    const operations = async () => (await (await server.scope()).db('operations')).length;
    const before = await operations();
    const mistakes: Record<string, string>[] = [{ person: 'nobody' }, { from: '2026-02-30' }, { from: day(0), until: day(-1) }];
    for (const wrong of mistakes)
      for (const format of ['csv', 'signed']) {
        const refused = await ana.follow(action, { method: 'POST', form: { ...fields, ...wrong, format } });
        expect(refused.text, JSON.stringify(wrong)).to.contain('No results');
      }
    expect(await operations(), 'nor exports it').to.equal(before);
  });

  it('is exported as shown, for a spreadsheet', async () => {
    const page = await ana.get(at('/admin/audit/export?type=sign-in.succeeded&person=jsilva'));
    const { action, fields } = ana.form(page);
    const begun = await ana.follow(action, { method: 'POST', form: { ...fields, format: 'csv' } });
    const lines = (await finish(begun)).text.trim().split('\r\n');
    expect(lines).to.have.length(2);
    expect(lines[1]).to.contain('João da Silva').and.to.contain('127.0.0.1');
  });

  it('says in the file what the page says: who Portaria is, what changed, in the reader’s language', async () => {
    const scope = await server.scope();
    const joao = (await findUserByLogin(scope, 'jsilva'))!;
    await changeStatus(scope, joao.userId, 'block');
    await changeStatus(scope, joao.userId, 'unblock');
    for (const [locale, words] of [
      ['en', ['"Portaria"', 'Value: Blocked → Activated']],
      ['pt-BR', ['"Portaria"', 'Bloqueado → Ativado']],
    ] as const) {
      const form = ana.form(await ana.get(at('/admin/audit/export?type=user.unblocked'), { headers: { 'accept-language': locale } }));
      const begun = await ana.follow(form.action, {
        method: 'POST',
        form: { ...form.fields, format: 'csv' },
        headers: { 'accept-language': locale },
      });
      const { text } = await finish(begun);
      for (const word of words) expect(text, locale).to.contain(word);
    }
  });

  it('nothing that was changed is signed, and nothing that was written by hand beyond the end', async () => {
    const scope = await server.scope();
    await sealEvents(scope, 'UTC');
    const events = () => scope.db('audit_events').where({ context_id: scope.contextId });
    const exported = async () => {
      const { action, fields } = ana.form(await ana.get(at('/admin/audit/export')));
      const begun = await ana.follow(action, { method: 'POST', form: { ...fields, format: 'signed', from: day(0), until: day(0) } });
      let shown = begun;
      await eventually(async () => {
        shown = await ana.get(begun.url);
        expect(shown.text).to.not.contain('data-follow');
      });
      return shown.text;
    };
    // with hashes that fit each other up to the end of what is exported, by somebody without the master key
    const rows = (await events().where('seal_seq', '<=', 5).orderBy('seal_seq')) as EventRow[];
    let hash = noHash;
    for (const row of rows) {
      const reason = row.seal_seq === 3 ? 'forged' : row.reason;
      hash = nextHash(hash, row.seal_seq!, canonicalEvent({ ...row, reason }));
      await events().where('event_id', row.event_id).update({ reason, seal_hash: hash });
    }
    expect(await exported()).to.contain('modified outside Portaria');
    for (const { event_id, reason, seal_hash } of rows) await events().where({ event_id }).update({ reason, seal_hash });
  });

  it('is exported with a signature that anybody verifies offline; every kind of tampering shows', async () => {
    const page = await ana.get(at('/admin/audit/export'));
    const { action, fields } = ana.form(page);
    const begun = await ana.follow(action, { method: 'POST', form: { ...fields, format: 'signed', from: day(0), until: day(0) } });
    const lines = (await finish(begun)).text.trim().split('\n');
    const good = await verifyAuditFile(lines);
    expect([good.fault, good.events, good.header!.issuer]).to.deep.equal([undefined, lines.length - 2, server.issuer]);
    const jwks = JSON.parse((await ana.get(at('/oidc/jwks'))).text);
    expect(
      jwks.keys.map(({ kid }: { kid: string }) => kid),
      'the key is published',
    ).to.include(good.signedBy!.kid);
    const broken = async (change: (copy: string[]) => void) => {
      const copy = [...lines];
      change(copy);
      return (await verifyAuditFile(copy)).fault;
    };
    const edit = (line: string, work: (value: { sealed: { outcome: string }; readable: { subject: string }; company: string }) => void) => {
      const value = JSON.parse(line);
      work(value);
      return JSON.stringify(value);
    };
    expect(await broken((copy) => copy.splice(3, 1))).to.deep.equal({ line: 4, what: 'missing' });
    expect(await broken((copy) => copy.pop())).to.include({ what: 'unsigned' });
    expect(await broken((copy) => copy.splice(-2, 1)), 'the last event').to.include({ what: 'signature' });
    expect(await broken((copy) => copy.splice(1, 1)), 'the first event').to.include({ what: 'changed' });
    expect(await broken((copy) => (copy[2] = edit(copy[2]!, (value) => (value.sealed.outcome = 'failure'))))).to.deep.equal({
      line: 3,
      what: 'changed',
    });
    expect(await broken((copy) => (copy[2] = edit(copy[2]!, (value) => (value.readable.subject = 'X'))))).to.include({
      what: 'signature',
    });
    expect(await broken((copy) => (copy[0] = edit(copy[0]!, (value) => (value.company = 'X'))))).to.include({ what: 'signature' });
    expect(await broken((copy) => copy.push('{}'))).to.include({ what: 'unreadable' });
    expect(await broken((copy) => (copy[0] = '{}'))).to.include({ line: 1, what: 'not-an-export' });
  });

  it('keeps a retention that is for ever or long enough', async () => {
    const page = await ana.get(at('/admin/audit/retention'));
    const short = await ana.submit(ana.form(page, /retention$/), { days: '7' });
    expect([short.status, short.text.includes('30 to 36,500')]).to.deep.equal([422, true]);
    expect((await ana.submit(ana.form(page, /retention$/), { days: '365' })).text).to.contain('Saved');
    wait(40 * 24 * 60);
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const asked = await ana.submit(ana.form(await ana.get(at('/admin/audit/retention')), /retention$/), { days: '30' });
    expect(asked.text, 'asked before anything is deleted').to.contain('Events older than that');
    expect((await ana.submit(ana.form(asked, /retention$/))).text).to.contain('Saved');
  });

  it('who looks at a group is recorded', async () => {
    const scope = await server.scope();
    const { group_id } = (await scope.db('groups').where({ context_id: scope.contextId, name: 'Finance' }).first('group_id'))!;
    await ana.get(at(`/admin/groups/${group_id}`));
    expect((await eventsOf(scope, { type: 'group.viewed' })).map(({ subjectName }) => subjectName)).to.deep.equal(['Finance']);
  });

  it('a chain that was changed is seen by the operator: the sealing fails and says so', async () => {
    const scope = await server.scope();
    await sealEvents(scope, 'UTC');
    await scope
      .db('audit_chains')
      .where({ context_id: scope.contextId })
      .update({ hash: Buffer.alloc(32, 3) });
    await recordAlone(scope, { type: 'settings.changed', reason: 'later' });
    await enqueueJob(scope.db, 'seal-audit', {}, { maxAttempts: 1 });
    await eventually(async () => {
      const failed = await listFailedJobs(scope.db);
      expect(failed.map(({ task, lastError }) => [task, /portaria audit verify/.test(lastError)])).to.deep.equal([['seal-audit', true]]);
    });
  });
});
