import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import { faultsOf } from '../support/json-schema.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { onDatabase, portaria } from '../support/process.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const secret = 'a-secret-of-the-payroll-application';

describe('a company as a file, by the command line', function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'portaria-files-'));
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let env: Record<string, string>;
  before(async () => {
    database = await createTestDatabase();
    env = onDatabase(database.url);
  });
  after(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (args: string[], more: Record<string, string> = {}, input?: string) => portaria(args, { ...env, ...more }, input);
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const everything = join(root, 'test/fixtures/companies/everything.yaml');
  const exported = () => {
    const { stdout, stderr, status } = run(['export', 'everything']);
    expect(status, stderr).to.equal(0);
    return stdout;
  };

  it('is refused while a reference leads to nothing, and names the variable and the place', () => {
    const { status, stderr } = run(['apply', everything]);
    expect(status).to.equal(65);
    expect(stderr).to.contain('contexts[0].applications[0].oidc.client_secret: ').and.to.contain('EVERYTHING_PAYROLL');
    const named = run(['apply', '-'], {}, `contexts: [{ code: acme, name: "\${env:NOT_SET_HERE}", timeZone: "\${file:nowhere.txt}" }]`);
    expect(named.stderr).to.contain('contexts[0].name: The environment variable NOT_SET_HERE is not set.').and.to.contain('nowhere.txt');
  });

  it('is planned and tried with the references that it has, never with what they lead to', () => {
    const [words, letters] = ['Kept Out Of Pipelines', 'Xyz'];
    const file = write(
      'references.yaml',
      `contexts:
  - code: referring
    name: "\${env:WORDS}"
    timeZone: UTC
    groups: [{ name: "\${env:LETTERS}", description: "\${file:note.txt}" }]
    users: [{ email: "\${env:MAIL}", firstName: A }]
    branding: { texts: { en: { signIn: "For \${env:WORDS}" } } }
`,
    );
    writeFileSync(join(folder, 'note.txt'), 'a hidden line\n');
    const variables = { WORDS: words, LETTERS: letters, MAIL: 'hidden@referring.example' };
    for (const how of ['--plan', '--dry-run'])
      for (const json of [[], ['--json']]) {
        const { stdout, stderr, status } = run(['apply', file, how, ...json], variables);
        expect(status, stderr).to.equal(0);
        for (const value of [words, 'hidden line', 'hidden@referring']) expect(stdout, how).not.to.contain(value);
        expect(stdout).to.contain(`\${env:MAIL}`);
      }
    const plan = run(['apply', file, '--plan'], variables).stdout;
    for (const reference of [`\${env:WORDS}`, `\${file:note.txt}`, `For \${env:WORDS}`]) expect(plan).to.contain(reference);
  });

  it('is planned in words without a change, made, and comes back from its export without one', () => {
    const plan = run(['apply', everything, '--plan'], { EVERYTHING_PAYROLL: secret });
    expect(plan.stdout).to.contain('everything (new)').and.to.contain('+ Application Payroll: yes').and.to.contain('Access token: 600');
    expect(JSON.parse(run(['context', 'list', '--json']).stdout).contexts).to.deep.equal([]);
    const made = run(['apply', everything, '--json'], { EVERYTHING_PAYROLL: secret });
    expect(made.status, made.stderr).to.equal(0);
    const text = exported();
    expect(text).to.match(/^# yaml-language-server: \$schema=http\S+\/schemas\/configuration\/v1\.json\n/);
    expect(text).not.to.contain(secret);
    const schema = JSON.parse(readFileSync(`${root}views/schemas/configuration.v1.json`, 'utf8'));
    expect(faultsOf(schema, parse(text))).to.deep.equal([]);
    const again = run(['apply', write('again.yaml', text), '--prune']);
    expect(again.stdout).to.contain('Nothing to change.').and.to.contain(`payroll: \${env:CLIENT_SECRET_EVERYTHING_PAYROLL}`);
    expect(JSON.parse(run(['apply', join(folder, 'again.yaml'), '--plan', '--json']).stdout).plan).to.deep.equal([
      { context: 'everything', isNew: false, differences: [] },
    ]);
    const json = run(['export', 'everything', '--json']).stdout;
    expect(run(['apply', '-'], {}, json).stdout).to.contain('Nothing to change.');
    expect(run(['export', 'nowhere']).status).to.equal(65);
    expect(run(['export']).status).to.equal(64);
  });

  it('names differences by object, before and after, and people and secrets apart', () => {
    const file = (secretOfPayroll: string) =>
      JSON.stringify({
        contexts: [
          {
            code: 'everything',
            users: [{ email: 'new@everything.example', firstName: 'New', customFields: { zone: 'north' } }],
            newAccounts: { invitationDays: 9 },
            groups: [{ name: 'Finance', description: 'Those who count: all', members: ['new@everything.example'] }],
            applications: [
              {
                code: 'both',
                name: 'Both',
                oidc: { client_id: 'both', client_secret: secretOfPayroll, redirect_uris: ['https://both.everything.example/new'] },
              },
            ],
          },
        ],
      });
    const { stdout, stderr } = run(['apply', '-', '--plan'], {}, file(secret));
    expect(stderr).to.equal('');
    for (const line of [
      '  ~ New accounts\n      Invitation (days, 1 to 90): 3 → 9',
      '  ~ Application Both\n',
      '      Name: Both ways → Both',
      '      Redirect URIs: https://both.everything.example/cb → https://both.everything.example/new',
      '      Client authentication: None: mobile or browser application (PKCE) → Client secret in the header or the body',
      'People and secrets:\n  + user new@everything.example\n  ~ group Finance (members +1 -0)\n  ~ application both (client secret)',
    ])
      expect(stdout).to.contain(line);
    expect(stdout).not.to.contain(secret);
    const other = JSON.parse(file('a-secret-that-is-another')) as { contexts: { applications: { oidc: object }[] }[] };
    const plan = run(['apply', '-', '--plan', '--json'], {}, JSON.stringify(other));
    const { differences } = JSON.parse(plan.stdout).plan[0] as { differences: { key: string; fields: object[] }[] };
    expect(differences.find(({ key }) => key === 'both')!.fields).to.deep.include({ path: 'oidc.client_secret', isSecret: true });
    expect(plan.stdout).not.to.contain('a-secret-that-is-another');
  });

  it('removes what it no longer has after showing it; a terminal is asked', () => {
    const less = exported()
      .replace(/^ {6}- code: robot\n(?: {8}.*\n)*/m, '')
      .replace(/^ {10}- code: robot\n(?: {12}.*\n)*/m, '');
    const file = write('less.yaml', less);
    const shown = run(['apply', file, '--prune', '--dry-run']);
    expect(shown.stdout).to.contain('Would change:').and.to.contain('- application robot');
    const terminal = (answer: string) =>
      spawnSync('script', ['-qec', `${process.execPath} scripts/start.mjs portaria apply ${file} --prune`, '/dev/null'], {
        cwd: root,
        env: { ...process.env, ...env },
        encoding: 'utf8',
        input: answer,
      }).stdout;
    const refused = terminal('n\n');
    expect(refused).to.contain('- application robot').and.to.contain('Go on? [y/N]').and.to.contain('Nothing was changed.');
    expect(exported()).to.contain('code: robot');
    const pruned = run(['apply', file, '--prune']);
    expect(pruned.stderr).to.contain('Removes what the file no longer has:\n- application robot');
    expect(pruned.stdout).to.contain('- application robot').and.not.to.contain('application payroll');
    expect(exported()).not.to.contain('code: robot');
    expect(run(['apply', file, '--prune']).stdout).to.contain('Nothing to change.');
  });

  it('takes logos, texts and secrets from files beside it', () => {
    write('logo.png', '');
    writeFileSync(join(folder, 'logo.png'), Buffer.from(/base64,(\S+)/.exec(readFileSync(everything, 'utf8'))![1]!, 'base64'));
    write('secret.txt', `${secret}\n`);
    const file = write(
      'beside.yaml',
      `contexts: [{ code: everything, applications: [{ code: beside, name: Beside, logo: logo.png,
        oidc: { client_id: beside, client_secret: "\${file:secret.txt}", redirect_uris: ["https://beside.example/cb"] } }] }]`,
    );
    const made = run(['apply', file]);
    expect(made.stdout, made.stderr).to.contain('+ application beside\n~ application beside (logo)');
    expect(run(['apply', file]).stdout).to.contain('Nothing to change.');
    expect(run(['apply', write('none.yaml', 'contexts: [{ code: everything, branding: { logo: none.png } }]')]).stderr).to.contain(
      'contexts[0].branding.logo: cannot be read (ENOENT)',
    );
    const partner = '{ code: partner, name: Partner, saml: { metadata: none.xml } }';
    for (const [also, faults] of [
      ['', []],
      ['locale: klingon,', ['contexts[0].locale']],
    ] as const) {
      const text = `contexts: [{ code: everything, ${also} branding: { logo: none.png }, applications: [${partner}] }]`;
      const { stdout } = run(['apply', write('unread.yaml', text), '--json']);
      const told = JSON.parse(stdout || run(['apply', join(folder, 'unread.yaml'), '--json']).stderr);
      expect(told.faults.map(({ path }: { path: string }) => path)).to.have.members([
        ...faults,
        'contexts[0].branding.logo',
        'contexts[0].applications[0].saml.metadata',
      ]);
    }
  });
});
