import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { portaria } from '../support/command-line.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { onDatabase } from '../support/process.ts';

const unknownId = '019ad0c4-5a8e-7c3e-9d1f-2f6a4c0b7e11';

/** Each command with a name or an id that there is not; `undefined`: it takes none. */
const commands: Record<string, string[][] | undefined> = {
  'context create': [['fresh', '--name', 'Fresh', '--environment', 'approval', '--paired-with', 'nowhere']],
  'context list': undefined,
  apply: [['/nowhere/acme.yaml']],
  export: [['nowhere']],
  promote: [
    ['nowhere-approval', 'nowhere'],
    ['nowhere', 'acme'],
    ['acme', 'nowhere'],
    ['--undo', unknownId],
    ['--undo', 'nonsense', '--rest'],
  ],
  doctor: undefined,
  'directory add': [['nowhere', 'Branch']],
  'directory token': [
    ['nowhere', 'Branch'],
    ['acme', 'Nowhere'],
  ],
  'directory list': [['nowhere'], ['acme', 'Nowhere']],
  'directory run': [['acme', 'Nowhere']],
  'directory preview': [['acme', 'Nowhere']],
  'directory approve': [['acme', 'Nowhere']],
  'directory decline': [['acme', 'Nowhere']],
  'directory undo': [['acme', 'Nowhere']],
  'directory put-back': [['acme', 'Nowhere', '--all']],
  'directory accept': [['acme', 'Nowhere', '--all']],
  'directory reject': [['acme', 'Nowhere', '--all']],
  'keys rotate': [['nowhere']],
  'keys metadata': [['nowhere']],
  'keys re-encrypt': undefined,
  'audit verify': [['nowhere'], ['/nowhere/audit.jsonl']],
  'audit seal': [['nowhere']],
  'audit restart': [['nowhere', '--because', 'Lost with a disk']],
  'jobs list': undefined,
  'jobs retry': [['999999']],
  'user unblock': [
    ['nowhere', 'ana@acme.example'],
    ['acme', 'nobody@acme.example'],
  ],
  explain: [['nowhere', 'ana@acme.example', 'payroll']],
  migrate: undefined,
  backup: [['/nowhere/backup']],
  restore: [['/nowhere/backup']],
};

describe('commands that are refused', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'portaria-refused-'));
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let env: Record<string, string>;
  before(async () => {
    database = await createTestDatabase();
    env = { ...onDatabase(database.url), PORTARIA_BACKUP_PASSPHRASE: 'a passphrase for this test' };
    expect((await portaria(['context', 'create', 'acme', '--name', 'Acme S.A.', '--with-approval'], env)).status).to.equal(0);
  });
  after(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });
  const apply = (said: unknown, ...options: string[]) => {
    const file = join(folder, 'company.json');
    writeFileSync(file, JSON.stringify(said));
    return portaria(['apply', file, ...options], env);
  };

  it('every command is here', async () => {
    const { out } = await portaria(['--help'], env);
    const listed = [...out.matchAll(/^ {2}(\S+(?: \S+)?) {2,}[A-Z]/gm)].map(([, words]) => words!);
    expect(listed.length).to.be.greaterThan(20);
    expect(listed.filter((words) => !(words in commands))).to.deep.equal([]);
  });

  for (const [words, cases] of Object.entries(commands))
    for (const args of cases ?? [])
      it(`${words} ${args.join(' ')}: in the words of the command line, which name what there is not`, async () => {
        const { status, out, err } = await portaria([...words.split(' '), ...args], env);
        expect(status, out + err).to.not.equal(0);
        const [first = ''] = (err || out).split('\n\nUsage:');
        expect(first).to.match(/nowhere|nobody|nonsense|other numbers|019ad0c4/i);
        expect(first).not.to.match(/Launchpad|\bpage\b|browser|marked fields|code below|undefined|\{\{|errors\.|fields\./);
        const json = await portaria([...words.split(' '), ...args, '--json'], env);
        expect(JSON.parse(json.out)).to.be.an('object');
      });

  it('apply tells path, rule and what the file has there; never a secret', async () => {
    const { status, err } = await apply({
      contexts: [
        {
          code: 'acme',
          policy: { lockout: { limit: 99 }, secondFactor: { demand: 'always' } },
          mails: { invitation: { en: { subject: 'Welcome' } } },
          users: [{ email: 'zoe@acme.example', firstName: 'Zoe', pasword: 'hunter2 hunter2' }],
        },
      ],
    });
    expect(status).to.equal(65);
    expect(err)
      .to.contain('contexts[0].users[0].pasword: This key does not exist. Did you mean password?')
      .and.to.contain('(in acme, zoe@acme.example)')
      .and.not.to.contain('hunter2');
    // of all sections at once, though nothing of the file could be applied
    expect(err)
      .to.contain('contexts[0].policy.lockout.limit: Enter a whole number from 3 to 20. Found: 99 (in acme)')
      .and.to.contain('contexts[0].policy.secondFactor.demand: Use one of: off, optional, required. Found: "always" (in acme)');
    for (const key of ['body', 'action']) expect(err).to.contain(`contexts[0].mails.invitation.en.${key}: This key is required`);
    const short = await apply({
      contexts: [{ code: 'acme', users: [{ email: 'zoe@acme.example', firstName: 'Zoe', password: 'hunter2' }] }],
    });
    expect(short.err).to.contain('contexts[0].users[0].password: Use at least 12').and.not.to.contain('hunter2');
    const json = JSON.parse((await apply({ contexts: [{ code: 'acme', timeZone: 'Mars' }] }, '--json')).out);
    expect(json.faults).to.deep.equal([
      {
        path: 'contexts[0].timeZone',
        of: 'acme',
        message: 'Give the IANA name of a time zone, such as America/Sao_Paulo.',
        found: '"Mars"',
      },
    ]);
  });

  it('context create tells everything that is taken, each with its code, and which address', async () => {
    const address = 'https://taken.acme.example';
    expect((await portaria(['context', 'create', 'taken', '--name', 'Taken', '--address', address], env)).status).to.equal(0);
    const told = async (...args: string[]) => JSON.parse((await portaria(['context', 'create', ...args, '--json'], env)).out);
    const both = await portaria(['context', 'create', 'taken', '--name', 'Again', '--address', address], env);
    expect([both.status, both.err.match(/^ {2}\w+: .*(code taken|address https:\/\/taken)/gm)?.length], both.err).to.deep.equal([65, 2]);
    expect((await told('taken', '--name', 'Again', '--address', address)).faults.map((one: { code: string }) => one.code)).to.deep.equal([
      'context_code_taken',
      'context_address_taken',
    ]);
    expect(await told('taken', '--name', 'Again')).to.include({ code: 'context_code_taken' });
    const pair = await told('fresh', '--name', 'Fresh', '--with-approval', '--approval-address', 'http://taken.acme.example');
    expect(pair).to.include({ code: 'context_address_taken' }).and.to.have.property('error').that.contains('http://taken.acme.example');
  });

  it('context create and apply keep the server’s own address', async () => {
    const served = { ...env, PORTARIA_BASE_URL: 'https://id.acme.example' };
    const made = await portaria(['context', 'create', 'fresh', '--name', 'Fresh', '--address', 'http://id.acme.example'], served);
    expect([made.status, made.err.includes('PORTARIA_BASE_URL')], made.err).to.deep.equal([65, true]);
    const file = join(folder, 'own-address.yaml');
    for (const address of ['https://id.acme.example', 'http://id.acme.example/']) {
      writeFileSync(file, `contexts: [{ code: acme, timeZone: Nowhere, address: "${address}" }]`);
      const { status, err } = await portaria(['apply', file], served);
      expect(status, err).to.equal(65);
      expect(err)
        .to.match(/contexts\[0\]\.address: .*PORTARIA_BASE_URL/)
        .and.to.contain('contexts[0].timeZone');
    }
  });

  it('apply prints nothing that a terminal acts on, and neither keys nor faults without end', async () => {
    const odd = 'a\u001b]0;owned\u0007\u202e';
    const { err } = await apply({ contexts: [{ code: odd, name: '\u009b2Jx', timeZone: odd, [odd]: 1 }] });
    expect(err).to.contain('\\u001b]0;owned\\u0007').and.to.contain('\\u202e');
    expect(err.trimEnd()).not.to.match(/[^\P{C}\n]/u);
    const { out } = await apply({ contexts: [{ code: 'acme', timeZone: odd }] }, '--json');
    expect(out.trimEnd()).not.to.match(/[^\P{C}\n]/u);
    const [found] = JSON.parse(out)
      .faults.map((one: Record<string, string>) => one.found)
      .filter(Boolean);
    expect(found, out).to.contain('owned').and.to.contain('\u202e');
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, 1]));
    const contexts = Array.from({ length: 300 }, (_, index) => ({ code: `c${index}`, groups: 5 }));
    const long = await apply({ contexts: [{ code: 'acme', ['k'.repeat(1_000_000)]: 1, ...many }, ...contexts] });
    expect(long.err)
      .to.match(/\n {2}… and \d+ more\.$/m)
      .and.to.match(/19,981 more keys/);
    expect(long.err.length).to.be.lessThan(100_000);
  });

  it('apply says of each line whose it is, where the file has several companies', async () => {
    const person = (email: string) => ({ email, firstName: 'Zoe', lastName: 'Lima' });
    const both = {
      contexts: [
        { code: 'acme', users: [person('zoe@acme.example')] },
        { code: 'acme-approval', users: [person('zoe@acme.example')] },
      ],
    };
    const dry = await apply(both, '--dry-run');
    expect(dry.out).to.equal('Would change:\nacme:\n  + user zoe@acme.example\nacme-approval:\n  + user zoe@acme.example');
    const plan = await apply(both, '--plan');
    expect(plan.out).to.contain('People and secrets:\n  acme:\n    + user zoe@acme.example\n  acme-approval:\n');
    const changes = JSON.parse((await apply(both, '--json')).out).changes.map(({ context }: { context: string }) => context);
    expect(changes).to.deep.equal(['acme', 'acme-approval']);
  });

  it('a policy by which no administrator is known to get in is refused unless somebody takes note of it, and warned of', async () => {
    const ana = { email: 'ana@acme.example', firstName: 'Ana', role: 'administrator', generatePassword: true };
    expect((await apply({ contexts: [{ code: 'acme', users: [ana] }] })).status).to.equal(0);
    const strict = {
      contexts: [{ code: 'acme', policy: { networks: ['203.0.113.7'], secondFactor: { demand: 'required', factors: ['passkey'] } } }],
    };
    for (const option of ['--plan', '--dry-run', '--json']) {
      const { status, out, err } = await apply(strict, option);
      expect(status, out).to.equal(65);
      expect(out + err)
        .to.contain('contexts[0].policy')
        .and.contain('--accept-lockout')
        .and.contain('portaria apply before.yaml');
    }
    for (const option of ['--plan', '--dry-run']) {
      const { out, err } = await apply(strict, option, '--accept-lockout');
      expect(out, err).to.contain('could keep every administrator out').and.contain('portaria export');
    }
    // the name that it had
    const { out, err } = await apply(strict, '--accept-warnings');
    expect(out, err).to.contain('holds at once, without a trial').and.contain('portaria explain');
    expect((await apply(strict)).out).to.equal('Nothing to change.');
  });

  it('a plan tells what changes and nothing else, also at the end of a long text', async () => {
    const texts = (signIn: string) => ({ contexts: [{ code: 'acme', branding: { texts: { en: { signIn } } } }] });
    expect((await apply(texts('Welcome'), '--plan')).out).to.equal('acme\n  ~ Branding\n      On the sign-in page (en): – → Welcome');
    const long = 'Welcome to the pages of Acme. '.repeat(9);
    await apply(texts(`${long}Until Friday.`));
    const { out } = await apply(texts(`${long}Until Monday.`), '--plan');
    expect(out).to.match(/: …[^→]*Friday\. → …[^→]*Monday\.$/);
  });
});
