import { expect } from 'chai';
import { startBulkChange } from '../../src/domain/administration/account-changes/index.ts';
import { confirmImport, draftImport } from '../../src/domain/administration/user-imports/index.ts';
import { countUsers, findUserByLogin, listUsers } from '../../src/domain/people/users/index.ts';
import { sealEvents, verifyChain } from '../../src/domain/records/audit/index.ts';
import { findOperation } from '../../src/domain/records/operations/index.ts';
import type { OperationId, Scope } from '../../src/domain/scope.ts';
import { createI18n } from '../../src/platform/i18n/index.ts';
import { importWords } from '../../src/web/request/index.ts';
import type { Answer, FoundForm, Jar } from '../support/jar.ts';
import { pause } from '../support/patience.ts';
import { eventually, onDatabase, type ServerProcess, startServerProcess } from '../support/process.ts';
import { freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';

const many = 120;

describe('administration under kill -9 and by two at once', function () {
  this.timeout(240_000);
  let server: TestServer;
  let scope: Scope;
  let asAna: Scope;
  const ports: number[] = [];
  let processes: ServerProcess[] = [];
  let seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };

  const start = async () => {
    const env = { ...onDatabase(server.databaseUrl), PORTARIA_BASE_URL: server.baseUrl };
    processes = await Promise.all(ports.map((port) => startServerProcess(port, env)));
  };
  /** Both die at once, somewhere in the middle, and are started again. */
  const killAndRestart = async () => {
    await pause(150 + random() * 700);
    await Promise.all(processes.map((one) => one.kill('SIGKILL')));
    await start();
  };

  before(async () => {
    console.log(`      seed ${seed}`);
    server = await startTestServer();
    scope = await server.scope();
    const users = Array.from({ length: many }, (_, i) => ({ username: `p${i}`, firstName: 'Pat', lastName: `N${i}` }));
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [
            ...users,
            { email: 'bia@acme.example', firstName: 'Bia', lastName: 'Reis', role: 'administrator', password: 'a long password of bia' },
          ],
        },
      ],
    });
    const ana = (await findUserByLogin(scope, 'ana@acme.example'))!;
    asAna = { ...scope, actor: { kind: 'person', id: ana.userId, name: 'Ana Souza' } };
    ports.push(await freePort(), await freePort());
    await start();
  });
  after(async () => {
    await Promise.all(processes.map((one) => one.kill('SIGTERM')));
    await server.close();
  });

  const events = async (type: string): Promise<number> =>
    Number((await scope.db('audit_events').where({ context_id: scope.contextId, type }).count({ n: '*' }))[0]!.n);
  const isDone = (id: OperationId) => eventually(async () => expect((await findOperation(scope, id))!.state).to.equal('done'), 60_000);

  it('S121, S128, S129: what was asked of many goes on after a kill, and is done to each once: data and audit agree', async () => {
    for (const [change, type, status] of [
      ['deactivate', 'user.deactivated', 'deactivated'],
      ['reactivate', 'user.reactivated', 'activated'],
    ] as const) {
      const id = await startBulkChange(asAna, { filter: { search: 'Pat' } }, { change, locale: 'en' });
      await killAndRestart();
      await isDone(id);
      expect(await findOperation(scope, id)).to.include({ done: many, refused: 0 });
      expect(await events(type)).to.equal(many);
      const found = (await listUsers(scope, { search: 'Pat' }, many + 1)).items;
      expect(new Set(found.map((user) => user.status))).to.deep.equal(new Set([status]));
    }
    const counts = await countUsers(scope, { status: 'activated' });
    const [row] = await scope.db('users').where({ context_id: scope.contextId, status: 'activated' }).count({ n: '*' });
    expect(counts.n, 'the number on the list').to.equal(Number(row!.n));
  });

  it('an import that is killed is done whole, once', async () => {
    const words = importWords(createI18n(new URL('../../views/', import.meta.url)));
    const lines = Array.from({ length: 600 }, (_, i) => `Imp,Ort${i},import${i}@acme.example`);
    const content = Buffer.from(['firstName,lastName,email', ...lines].join('\n'));
    const draft = await draftImport(asAna, content, { activation: 'invitation', locale: 'en' }, words);
    if (!('operationId' in draft)) throw new Error(JSON.stringify(draft.faults));
    await confirmImport(asAna, draft.operationId);
    await killAndRestart();
    const half = (await countUsers(scope, { search: 'import', by: 'email' })).n;
    expect([0, 600]).to.include(half);
    await isDone(draft.operationId);
    expect((await countUsers(scope, { search: 'import', by: 'email' })).n).to.equal(600);
    expect(await events('user.invited')).to.equal(600);
    expect(await events('users.imported')).to.equal(1);
  });

  it('S130, S133: deletions that are killed are finished; nothing of theirs is left, and the chain verifies', async () => {
    const id = await startBulkChange(asAna, { filter: { search: 'Pat' } }, { change: 'delete', locale: 'en' });
    await killAndRestart();
    await isDone(id);
    await eventually(async () => expect((await countUsers(scope, { search: 'Pat' })).n).to.equal(0), 60_000);
    expect(await events('user.deletion-requested')).to.equal(many);
    expect(await events('user.deleted')).to.equal(many);
    const orphans = await scope.db.raw(
      'SELECT count(*)::int AS n FROM audit_keys k WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.context_id = k.context_id AND u.user_id = k.user_id)',
    );
    expect(orphans.rows[0].n).to.equal(0);
    await sealEvents(scope, 'UTC');
    expect((await verifyChain(scope)).breach).to.equal(undefined);
  });

  describe('two administrators at once, each on another process', () => {
    let jars: Jar[];
    before(async () => {
      jars = [
        await signedIn(processes[0]!.url, 'ana@acme.example', passwords.ana),
        await signedIn(processes[1]!.url, 'bia@acme.example', 'a long password of bia'),
      ];
    });
    const at = (i: number, path: string) => `${processes[i]!.url}/acme${path}`;
    /** Both have opened the same form, and both send it. */
    async function both(path: string, action: RegExp, fields: (i: number) => Record<string, string>): Promise<Answer[]> {
      const forms: FoundForm[] = [];
      for (const [i, jar] of jars.entries()) forms.push(jar.form(await jar.get(at(i, path)), action));
      return Promise.all(jars.map((jar, i) => jar.get(at(i, path), { form: { ...forms[i]!.fields, ...fields(i) } })));
    }
    const lost = 'Someone else changed this while you were editing';
    const taken = 'Already in use';

    for (const [what, path, fields, event, said] of [
      ['the company', '/admin/settings', (i: number) => ({ name: `Acme ${i}` }), 'context.edited', lost],
      ['new accounts', '/admin/new-accounts', (i: number) => ({ invitationDays: String(20 + i) }), 'settings.changed', lost],
      [
        'an application of one name',
        '/admin/applications/new',
        () => ({ name: 'Wiki', code: 'wiki', redirect_uris: 'https://wiki.example/cb', launchUrl: 'https://wiki.example/' }),
        'application.created',
        taken,
      ],
      ['a field of one name', '/admin/custom-fields/new', () => ({ code: 'badge', label: 'Badge' }), 'custom-field.created', taken],
      ['the next signing keys', '/admin/keys/rotate', () => ({}), 'signing-key.rotated', lost],
      [
        'the next certificate',
        '/admin/certificates/publish?alg=RS256',
        () => ({}),
        'saml-certificate.created',
        'A new certificate is already published',
      ],
    ] as const)
      it(`${what}: one is saved, the other is told why not; the audit has the one`, async () => {
        const before = await events(event);
        const answers = await both(path, new RegExp(`${path.replace(/\?.*/, '')}$`), fields);
        // one that comes after the other is saved has two faults of the form
        const refused = answers.filter(({ status }) => status === 409 || status === 422);
        expect(refused, answers.map(({ status }) => status).join(' ')).to.have.length(1);
        expect(refused[0]!.text).to.contain(said);
        expect(await events(event)).to.equal(before + 1);
      });

    it('each demoting the other: one administrator stays', async () => {
      const ids = await Promise.all(
        ['ana@acme.example', 'bia@acme.example'].map(async (login) => (await findUserByLogin(scope, login))!.userId),
      );
      const forms = await Promise.all(
        jars.map(async (jar, i) => jar.form(await jar.get(at(i, `/admin/users/${ids[1 - i]}/edit`)), /edit$/)),
      );
      const answers = await Promise.all(
        jars.map((jar, i) => {
          const { role: _, ...demoted } = forms[i]!.fields;
          return jar.get(at(i, `/admin/users/${ids[1 - i]}/edit`), { form: demoted });
        }),
      );
      expect(answers.filter(({ status }) => status === 303).length).to.be.at.most(1);
      expect((await countUsers(scope, { role: 'administrator' })).n).to.be.at.least(1);
    });
  });
});
