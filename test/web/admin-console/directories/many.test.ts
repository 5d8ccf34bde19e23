import { expect } from 'chai';
import { findNewestRuns, findReadingPauses } from '../../../../src/domain/administration/directory-runs/index.ts';
import { type Directory, enrolAgent, listAgentsOf, makeToken } from '../../../../src/domain/people/directories/index.ts';
import { importEntries, personEntry } from '../../../support/directory-entries.ts';
import { FakeDirectory, linkDirectory, workOn } from '../../../support/directory-runs.ts';
import { publicKeys } from '../../../support/fake-agent.ts';
import type { Jar } from '../../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web: pages about many directories', () => {
  let server: TestServer;
  let admin: Jar;
  const all: Directory[] = [];
  before(async () => {
    server = await startTestServer();
    admin = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  /** One that has an agent, people who wait, and a run that waits for an answer. */
  async function add(): Promise<void> {
    const scope = await server.scope();
    const directory = await linkDirectory(scope);
    const { directoryId } = directory;
    const token = await makeToken(scope, directoryId);
    const keys = publicKeys;
    await enrolAgent(scope, { token, name: `SRV-${all.length}`, software: 'SmartSync 1.0.0', protocol: { major: 1, minor: 0 }, ...keys });
    const fake = new FakeDirectory();
    fake.person('Ana Lima');
    await workOn(scope, directory, fake);
    await importEntries(scope, directory, [personEntry(), ...all.map(() => personEntry())]);
    all.push(directory);
  }

  /** Of the page, and how many statements read a table of directories for it; the fewest of three times, as chores read them, too. */
  async function read(path: string): Promise<{ text: string; statements: number }> {
    const { knex } = server.app.services.database;
    let text = '';
    const counts: number[] = [];
    for (let n = 0; n < 3; n++) {
      let statements = 0;
      const count = ({ sql }: { sql: string }) => {
        if (/\bdirector(ies|y_)/.test(sql)) statements++;
      };
      knex.on('query', count);
      text = (await admin.get(`${server.issuer}${path}`)).text;
      knex.removeListener('query', count);
      counts.push(statements);
    }
    return { text, statements: Math.min(...counts) };
  }

  for (const path of ['/admin/directories', '/admin/users', '/admin'])
    it(`${path} asks the database no more often for more directories`, async () => {
      while (all.length < 2) await add();
      const few = await read(path);
      for (let n = 0; n < 3; n++) await add();
      const many = await read(path);
      expect(few.statements).to.be.within(1, 8);
      expect(many.statements).to.equal(few.statements);
    });

  it('each row of the list has what belongs to its directory', async () => {
    const scope = await server.scope();
    const ids = all.map(({ directoryId }) => directoryId);
    const [runs, agents, pauses] = [await findNewestRuns(scope, ids), await listAgentsOf(scope, ids), await findReadingPauses(scope, all)];
    const rows = (await read('/admin/directories')).text.split('<tr>').slice(2);
    expect(rows).to.have.length(all.length);
    for (const [n, { directoryId, name }] of all.entries()) {
      const row = rows.find((one) => one.includes(`/admin/directories/${directoryId}"`))!;
      expect(row).to.contain(name).and.to.contain(`SRV-${n}`);
      expect(row).to.match(new RegExp(`/entries"[^>]*>${n + 1}<`));
      const { runId } = runs.get(directoryId)!;
      expect(pauses.get(directoryId)).to.deep.equal({ reason: 'waits-for-answer', runId });
      expect(agents.get(directoryId)!.map((one) => one.name)).to.deep.equal([`SRV-${n}`]);
      expect(row).to.contain(`/runs/${runId}"`);
    }
  });
});
