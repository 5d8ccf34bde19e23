import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openStore, type Store } from '../../src/app/open-store.ts';
import { runCommandLine } from '../../src/command-line/index.ts';
import { addDirectory } from '../../src/domain/people/directories/index.ts';
import { type AgentId, openScope, type RunId } from '../../src/domain/scope.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import { newId } from '../../src/platform/crypto/index.ts';
import { enqueueJob } from '../../src/platform/jobs/index.ts';
import { eventually } from '../support/patience.ts';
import { portaria, shell, startServerProcess } from '../support/process.ts';
import { freePort, startingState } from '../support/server.ts';

describe('the portaria command line, on the embedded store', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'portaria-cli-'));
  const dataDir = join(folder, 'data');
  const env = { PORTARIA_DATA_DIR: dataDir, PORTARIA_DEMO: 'false' };
  const run = (...args: string[]) => portaria(args, env);
  const apply = (state: unknown, ...args: string[]) => portaria(['apply', '-', ...args], env, JSON.stringify(state));
  const state = startingState('https://payroll.acme.example/callback');
  /** The store as somebody with access to it sees it. */
  async function withStore(work: (store: Store) => Promise<unknown>): Promise<void> {
    const store = await openStore({
      dataDir,
      databaseUrl: undefined,
      databasePoolSize: 4,
      masterKeys: undefined,
      passwordConcurrency: 1,
      passwordQueue: 10,
    });
    await work(store).finally(() => store.close());
  }
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('helps: an overview, examples, and wrong usage says what is right', async () => {
    expect(run('--help')).to.include({ status: 0 }).and.have.property('stdout').that.contains('context create').and.contains('doctor');
    for (const command of [
      'context create',
      'context list',
      'apply',
      'export',
      'doctor',
      'keys rotate',
      'keys metadata',
      'audit verify',
      'audit restart',
      'audit seal',
      'jobs list',
      'jobs retry',
      'user unblock',
      'explain',
      'migrate',
    ]) {
      // in this process: it needs no store
      const said: string[] = [];
      const status = await runCommandLine([...command.split(' '), '--help'], {
        out: (text) => said.push(text),
        err: (text) => said.push(text),
      });
      expect(status, command).to.equal(0);
      expect(said.join('\n'), command).to.contain('Examples:').and.contain(`portaria ${command}`);
    }
    expect(run('nonsense')).to.include({ status: 64 });
    expect(run('context', 'create')).to.include({ status: 64 });
    expect(run('apply', '/nowhere.yaml').status).to.equal(65);
    expect(run('-h').status).to.equal(0);
    expect(run('keys', 'rotate', '--unknown').status).to.equal(64);
  });

  it('makes the data directory private, its key 0600', () => {
    expect(run('migrate').status).to.equal(0);
    expect(statSync(dataDir).mode & 0o777).to.equal(0o700);
    expect(statSync(join(dataDir, 'master.key')).mode & 0o777).to.equal(0o600);
  });

  it('apply: dry run changes nothing; a second run has nothing to do', () => {
    const dry = apply(state, '--dry-run', '--json');
    expect(dry.status, dry.stderr).to.equal(0);
    expect(JSON.parse(dry.stdout).changes.length).to.be.greaterThan(5);
    expect(JSON.parse(run('context', 'list', '--json').stdout).contexts).to.deep.equal([]);
    expect(JSON.parse(apply(state, '--json').stdout).changes).to.deep.equal(JSON.parse(dry.stdout).changes);
    expect(JSON.parse(apply(state, '--json').stdout).changes).to.deep.equal([]);
    expect(JSON.parse(run('context', 'list', '--json').stdout).contexts.map(({ code }: { code: string }) => code)).to.deep.equal([
      'acme',
      'other',
    ]);
  });

  it('apply: refuses unknown keys and wrong values by their path, and then nothing is written', () => {
    const wrong = structuredClone(state) as { contexts: Record<string, unknown>[] };
    wrong.contexts[0]!.name = 'Must not be written';
    (wrong.contexts[0]!.users as Record<string, unknown>[])[1]!.emial = 'x';
    const typo = apply(wrong, '--json');
    expect(typo.status).to.equal(65);
    const [fault, ...others] = JSON.parse(typo.stdout).faults;
    expect(others).to.deep.equal([]);
    expect(fault).to.have.property('path', 'contexts[0].users[1].emial');
    expect(fault.message).to.match(/^This key does not exist\. Did you mean email\?$/);
    const late = structuredClone(state) as { contexts: { name: string; applications: { oidc: { redirect_uris: string[] } }[] }[] };
    late.contexts[0]!.name = 'Must not be written';
    late.contexts[1]!.applications[0]!.oidc.redirect_uris = ['http://evil.example/'];
    const refused = apply(late);
    expect([refused.status, refused.stderr.includes('contexts[1].applications[0].oidc.redirect_uris[0]')]).to.deep.equal([65, true]);
    const unknownSetting = structuredClone(state) as unknown as { contexts: { applications: { oidc: Record<string, unknown> }[] }[] };
    unknownSetting.contexts[0]!.applications[0]!.oidc.redirect_urls = [];
    expect(apply(unknownSetting).stderr).to.contain('contexts[0].applications[0].oidc.redirect_urls');
    expect(run('context', 'list').stdout).to.contain('Acme S.A.').and.not.contain('Must not');
    expect(portaria(['apply', '-'], env, 'contexts: [').status).to.equal(65);
  });

  it('apply: lists are taken as written, the rest stays', () => {
    const less = { contexts: [{ code: 'acme', name: 'Acme S.A.', groups: [{ name: 'Finance', members: [] }] }] };
    expect(JSON.parse(apply(less, '--json').stdout).changes).to.deep.equal([
      { action: 'changed', what: 'group Finance', details: 'members +0 -1', context: 'acme' },
    ]);
  });

  it('apply: of metadata it says in words what is wrong and what is not used; entityId beside it chooses', () => {
    const plain = readFileSync(new URL('../fixtures/metadata/plain.xml', import.meta.url), 'utf8');
    const connect = (saml: Record<string, unknown>, ...args: string[]) =>
      apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [{ code: 'wiki', name: 'Wiki', saml }] }] }, ...args);
    const files = fileURLToPath(new URL('../fixtures/metadata/', import.meta.url));
    for (const [file, sentence] of Object.entries({
      'sign-in-page.xml': 'This is a web page, not metadata.',
      'doctype.xml': 'Remove the line that starts with <!DOCTYPE.',
      'aggregate-of-three.xml': 'by its entityId: https://a.example, https://b.example, https://sp.example/metadata.',
    })) {
      const { status, stderr } = connect({ metadata: join(files, file) });
      expect(status, stderr).to.equal(65);
      expect(stderr).to.contain('contexts[0].applications[0].saml.metadata: ').and.contain(sentence).and.not.contain('{{');
    }
    expect(connect({ metadata: join(files, 'aggregate-of-three.xml'), entityId: 'https://c.example' }).stderr).to.contain(
      'no service provider with the entity ID https://c.example.',
    );
    const large = join(folder, 'large.xml');
    writeFileSync(large, '');
    truncateSync(large, 3_000_000_000);
    expect(connect({ metadata: large }).stderr).to.contain('at most 20 MB');
    const chosen = connect({ metadata: join(files, 'aggregate-of-three.xml'), entityId: 'https://b.example' }, '--json');
    expect(JSON.parse(chosen.stdout)).to.deep.include({
      changes: [{ action: 'created', what: 'application wiki', context: 'acme' }],
      leftOut: [],
    });
    const dry = connect({ metadata: join(files, 'http-address-beside.xml') }, '--dry-run');
    expect(dry.stdout).to.contain('wiki: AssertionConsumerService http://sp.example/acs: the address does not start with https://');
    expect(connect({ metadata: plain, entityId: 'https://sp.example/metadata' }).status, 'as text').to.equal(0);
    const weak = connect({ metadata: plain, assertionMinutes: 480, signingCertificates: [] }, '--dry-run').stdout;
    expect(weak).to.contain('Weakened protection').and.contain('wiki: Assertion lifetime');
    expect(weak).to.contain('wiki: Unverifiable sign-outs. It has a single logout URL');
  });

  it('S6: context create --with-approval makes both or none, and completes a pair later', () => {
    const create = (...args: string[]) => run('context', 'create', ...args);
    const made = create('duo', '--name', 'Duo', '--with-approval', '--approval-address', 'https://try.duo.example', '--json');
    expect(made.status, made.stderr).to.equal(0);
    const { code, url, approval } = JSON.parse(made.stdout);
    expect([code, new URL(url).pathname, approval.code, approval.url]).to.deep.equal([
      'duo',
      '/duo',
      'duo-approval',
      'https://try.duo.example',
    ]);
    expect(create('duo', '--name', 'Duo', '--with-approval').status).to.equal(65);
    const long = create('x'.repeat(55), '--name', 'Long', '--with-approval');
    expect([long.status, long.stderr.includes('at most 54 characters')]).to.deep.equal([65, true]);
    expect(create('solo-approval', '--name', 'Taken', '--environment', 'approval').status).to.equal(0);
    expect(create('solo', '--name', 'Solo', '--with-approval').status, 'the code of approval is taken').to.equal(65);
    const codes = () => JSON.parse(run('context', 'list', '--json').stdout).contexts as { code: string; pairedWith?: string }[];
    expect(codes().map((one) => one.code))
      .to.include('solo-approval')
      .and.not.include('solo');
    expect(codes().find((one) => one.code === 'duo-approval')!.pairedWith).to.equal('duo');
    const second = create('duo-2', '--name', 'Second', '--environment', 'approval', '--paired-with', 'duo');
    expect([second.status, second.stderr.includes('already has an approval environment: duo-approval')]).to.deep.equal([65, true]);
    expect(create('solo', '--name', 'Solo').status).to.equal(0);
    expect(create('solo-2', '--name', 'Later', '--environment', 'approval', '--paired-with', 'solo').status).to.equal(0);
    for (const wrong of [
      ['--with-approval', '--paired-with', 'duo'],
      ['--with-approval', '--environment', 'approval'],
      ['--approval-address', 'https://a.example'],
      ...['/path', '?a=1', '#a', '/path/'].map((end) => ['--with-approval', '--approval-address', `https://a.example${end}`]),
      ['--address', 'https://a.example?a=1'],
      ['--address', 'https://me@a.example'],
      ['--language', 'es'],
      ['--with-approval', '--language', 'fr'],
    ])
      expect(create('wrong', '--name', 'Wrong', ...wrong).status, wrong.join(' ')).to.equal(64);
  });

  it('S9: says how the first administrator of a new company comes, by a command that does it, and of approval who invites', () => {
    const first = (text: string) => /echo '(.*)' \| .* apply -/.exec(text)![1]!;
    const made = run('context', 'create', 'begun', '--name', 'Begun S.A.', '--with-approval', '--language', 'pt-BR');
    expect(made.stdout).to.contain('The first administrator of begun comes by a file.');
    expect(made.stdout).to.match(
      /Administrators of begun invite themselves and others to begun-approval in the console at http\S+\/begun\/admin, under “[^”]+”\./,
    );
    const named = JSON.parse(run('context', 'list', '--json').stdout).contexts as { code: string; name: string }[];
    expect(named.find(({ code }) => code === 'begun-approval')!.name).to.equal('Begun S.A. (homologação)');
    // it is pasted as it is printed, however the program was called
    const [printed] = /^ *echo .*$/m.exec(made.stdout)!;
    const pasted = shell(printed, env);
    expect(pasted.stdout, pasted.stderr).to.match(/\+ user you@example\.com[\s\S]*begun you@example\.com: \S+/);
    const asNpm = portaria(['context', 'create', 'by-npm', '--name', 'npm'], { ...env, npm_lifecycle_event: 'portaria' }).stdout;
    expect(asNpm).to.contain("' | npm run -s portaria -- apply -");
    const alone = run('context', 'create', 'alone', '--name', 'Alone', '--environment', 'approval').stdout;
    expect(first(alone)).to.contain('code: alone,');
    const paired = run('context', 'create', 'alone-2', '--name', 'Alone', '--environment', 'approval', '--paired-with', 'begun').stderr;
    expect(paired).to.contain('already has an approval environment');
    run('context', 'create', 'later', '--name', 'Later');
    const later = run('context', 'create', 'later-2', '--name', 'Later', '--environment', 'approval', '--paired-with', 'later').stdout;
    expect(later).to.contain('Administrators of later invite themselves and others to later-2').and.not.to.contain('portaria apply');
  });

  it('works beside a running server, and doctor finds both well', async () => {
    const port = await freePort();
    const settings = { ...env, PORTARIA_BASE_URL: `http://127.0.0.1:${port}` };
    const server = await startServerProcess(port, settings);
    expect(portaria(['context', 'create', 'third', '--name', 'Third'], settings).status).to.equal(0);
    expect(portaria(['context', 'create', 'third', '--name', 'Third'], settings).status).to.equal(65);
    expect(
      portaria(['context', 'create', 'test', '--name', 'T', '--environment', 'approval', '--paired-with', 'third'], settings).status,
    ).to.equal(0);
    const { send } = await import('../support/jar.ts');
    expect((await send(`${server.url}/third/.well-known/openid-configuration`)).status, 'served at once').to.equal(200);
    const before = JSON.parse((await send(`${server.url}/third/oidc/jwks`)).text).keys.length;
    expect(JSON.parse(portaria(['keys', 'rotate', 'third', '--json'], settings).stdout).rotated[0].signing).to.have.length(2);
    await eventually(async () => expect(JSON.parse((await send(`${server.url}/third/oidc/jwks`)).text).keys.length).to.equal(before + 2));
    const signsMetadata = (...more: string[]) =>
      JSON.parse(portaria(['keys', 'metadata', 'third', '--json', ...more], settings).stdout).fingerprint;
    const first = signsMetadata();
    expect(signsMetadata(), 'is not made again, nor rotated').to.equal(first);
    const second = signsMetadata('--replace');
    expect([second === first, signsMetadata()]).to.deep.equal([false, second]);
    const doctor = portaria(['doctor', '--json'], settings);
    expect([doctor.status, JSON.parse(doctor.stdout).healthy]).to.deep.equal([0, true]);
    expect(await server.kill('SIGTERM')).to.equal(0);
  });

  it('audit verify: names the first broken place, here and in an exported file; audit seal', async () => {
    expect(portaria(['audit', 'seal', 'third'], env).stdout).to.match(/\d+ events sealed/);
    const good = portaria(['audit', 'verify', '--all', '--json'], env);
    expect([good.status, JSON.parse(good.stdout).results.every(({ breach }: { breach?: object }) => !breach)]).to.deep.equal([0, true]);
    const text = portaria(['audit', 'verify', 'third'], env);
    expect(text.stdout).to.match(/third: \d+ events are as they were sealed/);
    await withStore(async (store) => {
      const { context_id } = (await store.database.knex('contexts').where({ code: 'third' }).first('context_id'))!;
      await store.database.knex('audit_events').where({ context_id, seal_seq: 1 }).update({ outcome: 'failure' });
    });
    const broken = portaria(['audit', 'verify', 'third'], env);
    expect([broken.status, broken.stdout]).to.satisfy(([status, out]: [number, string]) => status === 2 && /BROKEN\. Event 1 /.test(out));
    expect(portaria(['audit', 'restart', 'third'], env).status, 'it has to be said why').to.equal(64);
    const restarted = portaria(['audit', 'restart', 'third', '--because', 'the disk lost it'], env);
    expect([restarted.status, restarted.stdout]).to.satisfy(
      ([status, out]: [number, string]) => status === 0 && /broken at event 1\. A new one/.test(out),
    );
    expect(portaria(['audit', 'seal', 'third'], env).stdout).to.match(/third: 1 events sealed/);
    const fresh = portaria(['audit', 'verify', 'third'], env);
    expect([fresh.status, fresh.stdout]).to.satisfy(
      ([status, out]: [number, string]) => status === 0 && /\d+ lie before its beginning/.test(out),
    );
    expect(portaria(['audit', 'restart', 'third', '--because', 'again'], env).status, 'a whole chain is not given up').to.equal(65);
    const file = join(folder, 'forged-audit.jsonl');
    writeFileSync(file, '{"format":"something else"}\n');
    const forged = portaria(['audit', 'verify', file], env);
    expect([forged.status, forged.stdout.includes('Line 1 is not the beginning')]).to.deep.equal([2, true]);
    expect(portaria(['audit', 'verify', join(folder, 'none.jsonl')], env).status).to.equal(64);
    expect(portaria(['audit', 'verify', 'nobody'], env).status).to.equal(65);
  });

  it('explain: who gets in, who does not and by which step, and what is wrong with what was typed', () => {
    const explain = (...args: string[]) => {
      const { stdout, stderr, status } = run('explain', ...args, '--json');
      expect(status, stderr).to.equal(/"reason": "(person|application)-unknown"/.test(stdout) ? 65 : 0);
      return JSON.parse(stdout) as { allowed: boolean; steps: { step: string; outcome: string; reason?: string }[]; rules: object[] };
    };
    const refusals = (of: ReturnType<typeof explain>) => of.steps.flatMap(({ outcome, reason }) => (outcome === 'refuses' ? [reason] : []));
    const joao = explain('acme', 'jsilva', 'mobile');
    expect(joao, JSON.stringify(joao)).to.have.property('allowed', true);
    expect(joao.steps.map(({ step }) => step)).to.include.members([
      'company',
      'application',
      'person',
      'account',
      'password',
      'access',
      'release',
    ]);
    expect(joao.rules).not.to.deep.equal([]);
    expect(refusals(explain('acme', 'ana@acme.example', 'payroll'))).to.deep.equal(['not-assigned']);
    expect(
      refusals(explain('acme', 'nobody', 'payroll', '--from', '203.0.113.7', '--known-browser', '--at', '2030-01-31T22:00')),
    ).to.deep.equal(['person-unknown']);
    expect(refusals(explain('acme', 'jsilva', 'none'))).to.include('application-unknown');
    // a part of a name is enough where only one has it
    for (const [person, application] of [
      ['ana sou', 'payr'],
      ['SOUZA', 'Payroll'],
      ['ana@acme.example', 'PAYROLL'],
    ] as const)
      expect(refusals(explain('acme', person, application)), `${person} ${application}`).to.deep.equal(['not-assigned']);
    // who and what was taken is told where something else was typed; what there is not is told as such
    expect(run('explain', 'acme', 'souza', 'payr').stdout).to.contain('ana@acme.example (Ana Souza) can’t open payroll (Payroll)');
    for (const [person, application, unknown] of [
      ['na@acme.example', 'payroll', 'No user signs in with na@acme.example.'],
      ['acme.example', 'payroll', 'No user signs in with acme.example.'],
      ['jsilva', 'payroll (Payroll)', 'Application payroll (Payroll) does not exist.'],
    ] as const) {
      const { status, stdout } = run('explain', 'acme', person, application);
      expect([status, stdout.split('\n')[0]]).to.deep.equal([65, unknown]);
      expect(explain('acme', person, application).allowed, person).to.equal(false);
    }
    for (const [person, application, candidates] of [
      ['s', 'payroll', ['ana@acme.example (Ana Souza)', 'jsilva (', 'e-mail, username or code']],
      ['ana', 'o', ['payroll (Payroll)', 'mobile (']],
    ] as const) {
      const several = run('explain', 'acme', person, application);
      expect(several.status, several.stderr).to.equal(65);
      for (const one of candidates) expect(several.stderr).to.contain(one);
      expect(JSON.parse(run('explain', 'acme', person, application, '--json').stdout)).to.include({ code: 'ambiguous_name' });
    }
    const words = run('explain', 'acme', 'ana@acme.example', 'payroll');
    expect(words.stdout).to.contain('Ana Souza can’t open Payroll').and.contain('not assigned');
    const overrides = [{ for: { application: 'mobile' }, networks: ['203.0.113.0/24'] }];
    expect(apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', policy: { overrides } }] }).status).to.equal(0);
    const allowed = run('explain', 'acme', 'jsilva', 'mobile', '--from', '203.0.113.7').stdout;
    for (const line of [
      'attempts left for all new browsers',
      'From 203.0.113.7.',
      '203.0.113.0/24, set by application ',
      'Everyone in the company can open it.',
      '"sub":',
    ])
      expect(allowed, line).to.contain(line);
    expect(allowed).not.to.match(/explain\.|\{\{|undefined/);
    const launchpad = run('explain', 'acme', 'jsilva');
    expect([launchpad.status, launchpad.stdout.split('\n')[0]]).to.deep.equal([0, 'João da Silva can open Launchpad']);
    expect(explain('acme', 'jsilva')).to.include({ allowed: true, person: 'jsilva' }).and.not.have.property('application');
    expect(run('explain', 'acme', 'nobody').stdout).to.match(/^No user signs in with nobody\.\n/);
    expect(launchpad.stdout).not.to.match(/explain\.|\{\{|undefined/);
    for (const wrong of [['--from', 'here'], ['--at', 'soon'], ['more']])
      expect(run('explain', 'acme', 'jsilva', 'payroll', ...wrong), wrong.join(' ')).to.have.property('status', 64);
    expect(run('explain', 'none', 'jsilva', 'payroll')).to.have.property('status', 65);
  });

  it('jobs: what failed for good is shown with its error, and tried again', async () => {
    await withStore(async (store) => {
      await enqueueJob(store.database.knex, 'send-mail', { to: 'secret@acme.example' }, { maxAttempts: 1 });
      await store.database.knex.raw(
        `UPDATE graphile_worker._private_jobs SET attempts = 1, last_error = 'no such host', run_at = now() + interval '1 hour'
         WHERE payload->>'to' = 'secret@acme.example'`,
      );
    });
    const list = portaria(['jobs', 'list'], env);
    expect(list.status).to.equal(2);
    expect(list.stdout).to.contain('1 failed').and.to.contain('send-mail').and.to.contain('no such host').and.not.contain('secret@');
    const doctor = JSON.parse(portaria(['doctor', '--json'], env).stdout);
    expect(doctor.findings.find(({ check }: { check: string }) => check === 'jobs')).to.include({ level: 'warning' });
    expect(portaria(['jobs', 'retry'], env).status).to.equal(64);
    expect(portaria(['jobs', 'retry', '--all'], env).stdout).to.contain('1 will be tried again');
    expect(portaria(['jobs', 'list'], env).status).to.equal(0);
  });

  it('doctor names each weaker setting of an application, with what to look at', () => {
    const saml = {
      entityId: 'urn:old',
      assertionConsumerServices: [{ url: 'https://old.example/acs' }],
      assertionMinutes: 60,
      audiences: ['urn:two'],
    };
    const state = { contexts: [{ code: 'third', applications: [{ code: 'old', name: 'Old', saml }] }] };
    expect(portaria(['apply', '-'], env, JSON.stringify(state)).status).to.equal(0);
    const { findings } = JSON.parse(portaria(['doctor', '--json'], env).stdout);
    const found = findings.filter(({ check }: { check: string }) => check === 'applications');
    expect(found.map((one: Record<string, string>) => one.code)).to.deep.equal(['weak-saml-option', 'weak-saml-option']);
    expect(found[0].remedy).to.match(/^Open http\S+\/third\/admin\/applications\/[0-9a-f-]{36}\/edit, /);
    const ofCompany = (code: string) =>
      findings.find((one: Record<string, string>) => one.code === code && one.message!.startsWith('acme: '));
    expect(ofCompany('one-administrator')).to.include({ check: 'company', level: 'warning' });
    expect(ofCompany('administrators-without-second-factor').remedy).to.match(/\/acme\/admin\/policy$/);
    expect(found.map(({ level, remedy }: Record<string, string>) => [level, /saml\.\w+/.exec(remedy!)?.[0]])).to.deep.equal([
      ['warning', 'saml.audiences'],
      ['warning', 'saml.assertionMinutes'],
    ]);
    expect(found[0].message)
      .to.match(/^third\/old: \S.{40,}/s)
      .and.not.contain('saml_options');
  });

  it('doctor names directories that are away, old agents, and runs that wait', async () => {
    await withStore(async (store) => {
      const { knex: db } = store.database;
      const { context_id } = (await db('contexts').where({ code: 'acme' }).first('context_id'))!;
      const scope = openScope({ ...store, clock: systemClock }, context_id, { kind: 'system', name: 'test' });
      for (const name of ['No agent', 'Away', 'Old', 'Waiting', 'Declined', 'Undone', 'Failed']) await addDirectory(scope, { name });
      const long = new Date(Date.now() - 100 * 86_400_000);
      const ids = new Map((await db('directories').where({ context_id })).map((row) => [row.name, row.directory_id]));
      await db('directories').where({ name: 'No agent' }).update({ token_made_at: long });
      await db('directories')
        .where({ name: 'Away' })
        .update({ configured_at: long, unavailable_since: long, unavailable_reason: 'no-agent' });
      for (const [name, software] of [
        ['Away', 'SmartSync 0.2.7'],
        ['Old', 'SmartSync 0.1.0'],
        ['Waiting', 'SmartSync 0.2.0'],
        ['Declined', 'SmartSync 0.2.0'],
        ['Undone', 'SmartSync 0.2.0'],
        ['Failed', 'SmartSync 0.2.0'],
      ] as const)
        await db('directory_agents').insert({
          context_id,
          directory_id: ids.get(name)!,
          agent_id: newId(Date.now()) as AgentId,
          name: 'dc1',
          software,
          signing_key: '{}',
          encryption_key: '{}',
          enrolled_at: new Date(),
        });
      await db('directory_agents').insert({
        context_id,
        directory_id: ids.get('Old')!,
        agent_id: newId(Date.now()) as AgentId,
        name: 'dc2',
        software: 'SmartSync 0.2.0',
        signing_key: '{}',
        encryption_key: '{}',
        enrolled_at: new Date(),
        last_seen_at: new Date(Date.now() + 300_000), // for as long as this test runs
      });
      const addRun = async (
        name: string,
        columns: {
          purpose: 'sync' | 'undo';
          state: string;
          total?: number;
          undone_by_run_id?: RunId;
          fault?: string;
          fault_detail?: string;
        },
      ) => {
        const run_id = newId(Date.now()) as RunId;
        const finished_at = columns.state === 'stopped' ? null : new Date();
        const more = { actor: '{}', counts: '{}', started_at: new Date(), finished_at };
        await db('directory_runs').insert({ context_id, run_id, directory_id: ids.get(name)!, ...more, ...columns } as never);
      };
      await addRun('Waiting', { purpose: 'sync', state: 'stopped' });
      await addRun('Declined', { purpose: 'sync', state: 'declined', total: 5 });
      await addRun('Undone', { purpose: 'sync', state: 'done', total: 5 });
      await addRun('Undone', { purpose: 'sync', state: 'done', total: 5, undone_by_run_id: newId(Date.now()) as RunId });
      await addRun('Undone', { purpose: 'undo', state: 'done', total: 5 });
      await addRun('Failed', { purpose: 'sync', state: 'failed', fault: 'base-not-found', fault_detail: 'dc=nowhere' });
    });
    const { findings } = JSON.parse(portaria(['doctor', '--json'], env).stdout);
    const found = findings.filter(({ check }: { check: string }) => check === 'directories');
    expect(found.every(({ remedy }: { remedy: string }) => remedy)).to.equal(true);
    expect(portaria(['directory', 'list', 'acme'], env).stdout).to.match(/^Failed .*last import failed: base-not-found$/m);
    expect(portaria(['directory', 'list', 'acme'], env).stdout).to.match(/^Old .*SmartSync: 1 of 2 connected$/m);
    const [away, ...others] = found.map(({ message }: { message: string }) => message).sort();
    expect(away).to.match(/^acme\/Away: unavailable since \d{4}-.*Z: No SmartSync is connected\.$/);
    expect(others).to.deep.equal([
      'acme/Declined: a run was declined: nothing is read until somebody starts one or changes the settings',
      'acme/Failed: the last import failed: The base DN was not found. dc=nowhere',
      'acme/No agent: no SmartSync serves it',
      'acme/Old: 1 of 2 SmartSync away: dc1',
      'acme/Old: the SmartSync on dc1 is SmartSync 0.1.0',
      'acme/Undone: a run was undone: nothing is read until somebody starts one or changes the settings',
      'acme/Waiting: a run waits for an answer: nothing is read meanwhile',
    ]);
    const again = portaria(['directory', 'undo', 'acme', 'Undone'], env);
    expect(
      [again.status, again.stderr.includes('Undone has no import that can be approved, declined or undone.')],
      'the run before the one that was undone is another matter',
    ).to.deep.equal([65, true]);
  });

  it('doctor and the exit codes say what is wrong and how to mend it', () => {
    const far = portaria(['doctor', '--json'], {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x',
      PORTARIA_MASTER_KEYS: `a:${Buffer.alloc(32).toString('base64')}`,
    });
    expect(far.status).to.equal(2);
    expect(JSON.parse(far.stdout).findings.find(({ check }: { check: string }) => check === 'store'))
      .to.include({ level: 'problem' })
      .and.have.property('remedy');
    expect(
      portaria(['migrate'], {
        DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x',
        PORTARIA_MASTER_KEYS: `a:${Buffer.alloc(32).toString('base64')}`,
      }).status,
    ).to.equal(69);
    expect(portaria(['migrate'], { ...env, PORTARIA_TYPO: '1' }).status).to.equal(78);
    const insecure = portaria(['doctor', '--json'], { ...env, PORTARIA_BASE_URL: 'http://login.example.com' });
    expect(insecure.status).to.equal(2);
    const otherKey = portaria(['doctor', '--json'], { ...env, PORTARIA_MASTER_KEYS: `b:${Buffer.alloc(32, 5).toString('base64')}` });
    expect(JSON.parse(otherKey.stdout).findings.find(({ check }: { check: string }) => check === 'keys')).to.include({ level: 'problem' });
    const noMail = portaria(['doctor', '--json'], env);
    expect(JSON.parse(noMail.stdout).findings.find(({ check }: { check: string }) => check === 'mail')).to.include({ level: 'warning' });
    const mail = portaria(['doctor', '--json'], { ...env, PORTARIA_SMTP_URL: 'smtp://127.0.0.1:1', PORTARIA_MAIL_FROM: 'a@b.example' });
    expect(JSON.parse(mail.stdout).findings.find(({ check }: { check: string }) => check === 'mail')).to.include({ level: 'problem' });
  });
});
