import { expect } from 'chai';
import { addDirectory, type Directory } from '../../../../src/domain/people/directories/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import { newId } from '../../../../src/platform/crypto/index.ts';
import type { RequestOf } from '../../../../src/smartsync-protocol/index.ts';
import { enrolAt, FakeAgent, upStatus } from '../../../support/fake-agent.ts';
import type { Jar } from '../../../support/jar.ts';
import { eventually } from '../../../support/process.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web/admin-console/users: provision', () => {
  let server: TestServer;
  let ana: Jar;
  let directory: Directory;
  let agent: FakeAgent;
  let answer: unknown;
  const asked: RequestOf<'create-person'>[] = [];
  const opened: string[] = [];
  const base = async (login = 'jsilva') => `${server.issuer}/admin/users/${(await findUserByLogin(await server.scope(), login))!.userId}`;

  before(async () => {
    server = await startTestServer();
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(async () => {
    agent?.kill();
    await server.close();
  });

  it('S102: without a directory there is nothing to provision in', async () => {
    expect((await ana.get(`${await base()}/provision`)).status).to.equal(404);
  });

  it('S103, S104: the form begins with the directory that there is and what it said of itself', async () => {
    const made = await addDirectory(await server.scope(), { name: 'Headquarters' });
    directory = made.directory;
    const { identity } = await enrolAt(server.issuer, made.token);
    agent = new FakeAgent({
      identity,
      url: server.issuer,
      status: { ...upStatus, kind: 'active-directory', rootDn: 'DC=ad,DC=test', accountDomain: 'ad.test' },
      answer: async ({ kind, body }) => {
        if (kind !== 'create-person') return { outcome: 'refused', reason: 'unsupported' };
        const person = body as RequestOf<'create-person'>;
        asked.push(person);
        opened.push((await agent.open(person.sealed, `create-person ${person.login}`)).password!);
        return answer;
      },
    });
    expect(await agent.met).to.equal('welcome');
    await eventually(async () => {
      const form = ana.form(await ana.get(`${await base()}/provision`), /provision$/);
      expect(form.fields).to.deep.include({
        directoryId: directory.directoryId,
        rootDn: 'DC=ad,DC=test',
        accountDomain: 'ad.test',
        login: 'jsilva',
      });
    });
  });

  it('S105: what is refused, here or there, is said beside its field in the reader’s language, and nothing typed is lost but passwords', async () => {
    const typed = {
      rootDn: 'OU=Nowhere,DC=ad,DC=test',
      accountDomain: 'other.test',
      login: 'joao',
      password: 'Temporary-1',
      repeatPassword: 'Temporary-1',
    };
    const submit = async (more: Record<string, string> = {}, to: unknown = { outcome: 'refused', reason: 'failed' }) => {
      answer = to;
      return ana.submit(ana.form(await ana.get(`${await base()}/provision`), /provision$/), { ...typed, ...more });
    };
    const cases: [Record<string, string>, unknown, RegExp][] = [
      [{ repeatPassword: 'other' }, undefined, /The passwords don’t match/],
      [{ login: 'a b' }, undefined, /no spaces, no @/],
      [{}, { outcome: 'refused', reason: 'exists' }, /already has an account/],
      [{}, { outcome: 'refused', reason: 'container-not-found' }, /This Root DN does not exist/],
      [{}, { outcome: 'refused', reason: 'password-too-short' }, /requires a longer password/],
      [{}, { outcome: 'refused', reason: 'no-right' }, /Headquarters refused the request: SmartSync’s service account/],
      [{}, { outcome: 'refused', reason: 'needs-tls' }, /only over an encrypted connection/],
      [{}, { outcome: 'refused', reason: 'base-not-found' }, /This Root DN does not exist/],
      [{}, { outcome: 'refused', reason: 'password-too-young' }, /does not allow changing the password again so soon/],
      [{}, { outcome: 'refused', reason: 'password-may-not-change' }, /does not allow this password to be set/],
      [{}, { outcome: 'refused', reason: 'unsupported', detail: 'said there' }, /Headquarters does not support this/],
      [{}, { outcome: 'refused', reason: 'failed' }, /Headquarters failed without giving a reason/],
      [{}, { outcome: 'refused', reason: 'unavailable', detail: 'said there' }, /Headquarters did not respond/],
      [{}, { outcome: 'refused', reason: 'failed', detail: 'busy <now>' }, /Headquarters refused the request: busy &lt;now&gt;/],
    ];
    for (const [more, to, said] of cases) {
      const page = await submit(more, to);
      expect(page.status, String(said)).to.equal(String(said).includes('did not respond') ? 503 : 422);
      expect(page.text).to.match(said);
      expect(ana.form(page, /provision$/).fields).to.include({
        rootDn: typed.rootDn,
        accountDomain: typed.accountDomain,
        login: more.login ?? typed.login,
        password: '',
      });
    }
  });

  it('S106: Save asks the directory through SmartSync, which alone can read the password; the person’s page shows the account', async () => {
    const id = newId();
    answer = { outcome: 'accepted', id, dn: 'CN=João Silva,OU=People,DC=ad,DC=test' };
    asked.length = 0;
    const form = ana.form(await ana.get(`${await base()}/provision`), /provision$/);
    const page = await ana.submit(form, { rootDn: 'OU=People,DC=ad,DC=test', password: 'Temporary-1', repeatPassword: 'Temporary-1' });
    expect(page.status).to.equal(200);
    expect(asked[0]).to.deep.include({ rootDn: 'OU=People,DC=ad,DC=test', accountDomain: 'ad.test', login: 'jsilva' });
    expect(opened.at(-1)).to.equal('Temporary-1');
    expect(JSON.stringify(asked)).not.to.include('Temporary-1');
    expect(page.text).to.contain('Account created in the directory.');
    // it is there already: the form leads back
    expect((await ana.get(`${await base()}/provision`)).status).to.equal(303);
  });

  it('a status that the directory refused stands on the person’s page with why, in words', async () => {
    const { userId } = (await findUserByLogin(await server.scope(), 'jsilva'))!;
    const entries = server.app.services.database.knex('directory_entries').where('user_id', userId);
    for (const reason of ['no-right', 'not-found', 'invalid-value', 'unsupported', 'failed']) {
      await entries.clone().update({ wanted_enabled: false, write_fault: reason });
      const { text } = await ana.get(await base());
      expect(text, reason).to.match(/The directory refused the status change\. [A-Z][^<]+\. It is retried/);
    }
    await entries.clone().update({ wanted_enabled: null, write_fault: null });
  });

  it('a directory that nobody reaches is said so, and what was typed stays', async () => {
    await addDirectory(await server.scope(), { name: 'Branch' });
    const at = await base('ana@acme.example');
    const list = await ana.get(`${at}/provision`);
    const branch = /<option value="([^"]+)"[^>]*>Branch</.exec(list.text)![1]!;
    const chosen = await ana.get(`${at}/provision?directory=${branch}`);
    expect(chosen.text).to.contain(`name="directoryId" value="${branch}"`);
    const fields = {
      directoryId: branch,
      rootDn: 'DC=branch',
      accountDomain: '',
      login: 'ana',
      password: 'Temporary-1',
      repeatPassword: 'Temporary-1',
    };
    const page = await ana.get(`${at}/provision`, { form: { ...fields, _csrf: /name="_csrf" value="([^"]+)"/.exec(chosen.text)![1]! } });
    expect(page.status).to.equal(503);
    expect(page.text).to.contain('Branch did not respond');
    for (const kept of [`value="${branch}"`, 'value="DC=branch"', 'value="ana"']) expect(page.text).to.contain(kept);
  });
});
