import { expect } from 'chai';
import { createUser, findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import {
  draftOperation,
  endOperation,
  findOperation,
  type Run,
  runOperation,
  Superseded,
  saveFilePart,
} from '../../../../src/domain/records/operations/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { csvLine } from '../../../../src/platform/csv/index.ts';
import { movableClock } from '../../../support/clock.ts';
import { Jar } from '../../../support/jar.ts';
import { linkIn, type MailSink, startMailSink } from '../../../support/mail-sink.ts';
import { eventually } from '../../../support/process.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('platform/csv', () => {
  it('quotes what needs it, and makes text of what a spreadsheet would run', () => {
    expect(csvLine(['a', 'b "c"', 'd,e', 'f\r\ng'])).to.equal('"a","b ""c""","d,e","f\r\ng"\r\n');
    for (const formula of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', '|calc', '%0a=1', '\u200b=1'])
      expect(csvLine([formula]), JSON.stringify(formula)).to.match(/^"'/);
    // where a semicolon or a tab divides cells, or a quote ends one
    for (const formula of ['x;=1', 'x; +1', 'a\t=1', 'a,@SUM(A1)', '";=1'])
      expect(csvLine([formula]), JSON.stringify(formula)).to.match(/[;,\t"]\s*'[=+@]/);
  });
});

describe('web/admin-console: export of users', () => {
  let server: TestServer;
  let mail: MailSink;
  let ana: Jar;
  const { clock, wait, reset } = movableClock();
  before(async () => {
    mail = await startMailSink();
    server = await startTestServer({ clock, jobs: true, config: { smtpUrl: mail.url } });
    const scope = await server.scope();
    await scope.db.transaction(async (db) => {
      for (const [i, firstName] of ['=cmd|calc', 'Bia'].entries())
        await createUser(
          { ...scope, db },
          { email: `x${i}@acme.example`, firstName, lastName: 'Reis', role: 'regular', status: 'invited' },
        );
    });
  });
  beforeEach(async () => {
    reset();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(async () => {
    await server.close();
    mail.close();
  });

  const at = (path: string) => `${server.issuer}${path}`;
  const ask = async (query = '') => ana.submit(ana.form(await ana.get(at(`/admin/users/export${query}`)), /export/));

  it('S52, S53, S55: asked with the number, made by a job, mailed to who asked; in the language of who asked', async () => {
    const asked = await ana.get(at('/admin/users/export'));
    expect(asked.text).to.contain('All users of the company (4)');
    const caught = await mail.after(() => ask(), 'ana@acme.example', '/exports/');
    const page = await ana.get(linkIn(caught));
    expect(page.text)
      .to.contain('Users in the file: 4')
      .and.to.match(/http-equiv="refresh" content="0;url=\/acme\/admin\/exports\/.+\/file"/);
    const file = await ana.get(`${linkIn(caught)}/file`);
    expect(file.headers['content-disposition']).to.equal('attachment; filename="acme-users.csv"');
    expect(file.headers['cache-control']).to.contain('no-store');
    expect(file.text.replace('\uFEFF', '').split('\r\n')).to.deep.equal([
      '"E-mail","Identifier","Full name","Type","Status"',
      '"x0@acme.example","x0@acme.example","\'=cmd|calc Reis","Regular user","Invited"',
      '"ana@acme.example","ana@acme.example","Ana Souza","Administrator","Activated"',
      '"x1@acme.example","x1@acme.example","Bia Reis","Regular user","Invited"',
      '"","jsilva","João da Silva","Regular user","Activated"',
      '',
    ]);
  });

  it('of two runs at once the later one writes the file', async () => {
    const scope = await server.scope();
    const me = (await findUserByLogin(scope, 'ana@acme.example'))!;
    const asAna = { ...scope, actor: { kind: 'person', id: me.userId, name: 'Ana Souza' } } as const;
    const operationId = await inTransaction(asAna, (inside) => draftOperation(inside, { kind: 'export-users', input: {}, total: 0 }));
    await scope.db('operations').where({ operation_id: operationId }).update({ state: 'waiting' });
    const run = (work: Run) => runOperation(scope, operationId, async () => true, work);
    await run(async (inside, early) => {
      await saveFilePart(inside, early, 0, Buffer.from('early '));
      await run(async (within, late) => {
        await saveFilePart(within, late, 0, Buffer.from('late '));
        await saveFilePart(inside, early, 1, Buffer.from('too late')).then(
          () => expect.fail('two runs wrote one file'),
          (error) => expect(error.message).to.contain('not the latest'),
        );
        expect(await endOperation(inside, early, { fileName: 'half.csv' })).to.equal(false);
        await saveFilePart(within, late, 1, Buffer.from('whole'));
        await endOperation(within, late, { fileName: 'users.csv' });
      });
      await saveFilePart(inside, early, 2, Buffer.from('too late')); // ends this run without a word
    });
    expect((await ana.get(at(`/admin/operations/${operationId}/file`))).text).to.equal('late whole');

    // one that was replaced does not say to the queue that it is done, while the other may still fall
    await scope.db('operations').where({ operation_id: operationId }).update({ state: 'waiting', finished_at: null });
    const replaced = run(async () => {
      await run(async () => {
        throw new Error('fell');
      }).catch(() => {});
    });
    expect(await replaced.catch((error) => error)).to.be.instanceOf(Superseded);
    expect((await findOperation(scope, operationId))!.finishedAt).to.equal(undefined);
  });

  it('S52: the filters are applied first', async () => {
    const caught = await mail.after(() => ask('?status=invited&by=name&q=bia'), 'ana@acme.example', '/exports/');
    const { text } = await ana.get(`${linkIn(caught)}/file`);
    expect(text).to.contain('Bia Reis').and.to.not.contain('Ana Souza');
  });

  it('S53: the link is for who asked alone, ends after 48 hours and by a newer export', async () => {
    const first = linkIn(await mail.after(() => ask(), 'ana@acme.example', '/exports/'));
    expect((await new Jar().follow(first)).text, 'signed out').to.contain('name="password"');
    const joao = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    expect((await joao.get(first)).status, 'no administrator').to.equal(403);
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [
            { email: 'zoe@acme.example', firstName: 'Zoe', lastName: 'Lima', role: 'administrator', password: 'a long password of zoe' },
          ],
        },
      ],
    });
    const zoe = await signedIn(server.baseUrl, 'zoe@acme.example', 'a long password of zoe');
    expect((await zoe.get(first)).status, 'another administrator').to.equal(410);
    const second = linkIn(await mail.after(() => ask(), 'ana@acme.example', '/exports/'));
    expect((await ana.get(first)).status).to.equal(410);
    wait(47 * 60);
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    expect((await ana.get(`${second}/file`)).status).to.equal(200);
    wait(61);
    expect((await ana.get(second)).status).to.equal(410);
  });

  it('the task shows its progress and has the file, too; nobody else sees it', async () => {
    const begun = await ask();
    expect(begun.url).to.match(/operations\//);
    await eventually(async () => expect((await ana.get(begun.url)).text).to.contain('Download'));
    expect((await ana.get(`${begun.url.split('?')[0]}/file`)).text).to.contain('Ana Souza');
    const root = await signedIn(server.baseUrl, 'root@other.example', passwords.root, 'other');
    expect((await root.get(begun.url.replace('/acme/', '/other/'))).status).to.equal(404);
  });
});
