import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createTestDatabase } from '../support/postgres.ts';
import { onDatabase } from '../support/process.ts';
import { everySnippetRuns, runShell, snippet } from '../support/snippets.ts';

describe('the commands of README.md and docs/operators.md, as they are printed', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'portaria-cli-'));
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  before(async () => {
    database = await createTestDatabase();
    writeFileSync(join(folder, 'acme.yaml'), snippet('docs/operators.md', 'yaml'));
  });
  after(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** At the root of the project, with the file of the example. */
  const run = (commands: string) =>
    runShell(
      commands.replaceAll(' acme.yaml', ` ${folder}/acme.yaml`),
      fileURLToPath(new URL('../../', import.meta.url)),
      onDatabase(database.url),
    );

  it('README.md', async () => {
    expect(await run(snippet('README.md', 'sh', 2)))
      .to.contain('acme')
      .and.to.contain('+ application payroll')
      .and.to.contain('+ application wiki');
  });

  it('docs/operators.md', async () => {
    expect(await run(snippet('docs/operators.md', 'sh'))).to.contain('+ application wiki');
    const opened = database.open(1);
    const { rows } = await opened.knex.raw(
      'SELECT c.name, count(a.*)::int AS applications FROM contexts c JOIN applications a USING (context_id) GROUP BY c.name',
    );
    await opened.close();
    expect(rows).to.deep.equal([{ name: 'Acme S.A.', applications: 2 }]);
    const again = await run(snippet('docs/operators.md', 'sh', 1));
    expect(again.match(/Nothing to change\./g)).to.have.length(2);
    expect(again).to.contain('CLIENT_SECRET_ACME_PAYROLL');
  });

  it('docs/operators.md: values of production for a promotion', async () => {
    const [values, approval] = ['production.yaml', 'approval.json'].map((name) => join(folder, name)) as [string, string];
    writeFileSync(values, snippet('docs/operators.md', 'yaml', 1));
    const oidc = { client_id: 'payroll', token_endpoint_auth_method: 'none', redirect_uris: ['https://try.example/callback'] };
    const payroll = { code: 'payroll', name: 'Payroll', navigable: true, launchUrl: 'https://try.example/', oidc };
    writeFileSync(approval, JSON.stringify({ contexts: [{ code: 'beta-approval', applications: [payroll] }] }));
    const exported = await run(`npm run -s portaria -- context create beta --name Beta --with-approval
npm run -s portaria -- apply ${approval}
npm run -s portaria -- promote beta-approval beta --values ${values} --only "application payroll" --accept-warnings
npm run -s portaria -- export beta`);
    expect(exported).to.contain('https://payroll.acme.example/callback').and.not.contain('try.example');
  });

  everySnippetRuns('README.md', 'docs/operators.md');
});
