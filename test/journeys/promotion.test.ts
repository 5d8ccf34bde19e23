import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { describeObstacle } from '../../src/command-line/describe-promotion.ts';
import { runCommandLine } from '../../src/command-line/index.ts';
import { declinePromotion, promotionRules } from '../../src/domain/administration/promotion/index.ts';
import { deleteApplication, findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { changeSettings, loadSettings } from '../../src/domain/company/context-settings/index.ts';
import { changePolicy, confirmPolicy } from '../../src/domain/sign-in/authentication/index.ts';
import { loadPolicy } from '../../src/domain/sign-in/sign-in-policy/index.ts';
import { AppError } from '../../src/platform/errors/index.ts';
import { onDatabase } from '../support/process.ts';
import { oidcApplication, ownApplication, ownRedirect } from '../support/promotion.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

describe('portaria promote', function () {
  this.timeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), 'portaria-promote-'));
  const values = join(folder, 'values.yaml');
  let server: TestServer;
  /** In this process: a new one for each takes longer than what it does. */
  const run = (...args: string[]) => runCommand('promote', ...args);
  async function runCommand(...args: string[]) {
    const said = { stdout: '', stderr: '' };
    const before = { ...process.env };
    Object.assign(process.env, onDatabase(server.databaseUrl));
    try {
      const status = await runCommandLine(args, {
        out: (text) => {
          said.stdout += text;
        },
        err: (text) => {
          said.stderr += text;
        },
      });
      return { status, ...said };
    } finally {
      process.env = before;
    }
  }
  async function refusedWith(code: string, ...args: string[]) {
    const { status, stdout, stderr } = await run(...args);
    expect([status, stdout, stderr.includes('Nothing was changed.')], stderr).to.deep.equal([2, '', true]);
    const told = JSON.parse((await run(...args, '--json')).stdout);
    expect(told).to.include({ outcome: 'refused', code });
    expect(told.findings.map((one: Record<string, string>) => [one.code, one.message])).to.deep.equal([[code, told.error]]);
  }
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout);
  const approval = (more: Record<string, unknown>) =>
    server.apply({ contexts: [{ code: 'acme-approval', name: 'Acme (approval)', environment: 'approval', pairedWith: 'acme', ...more }] });

  before(async () => {
    server = await startTestServer();
    writeFileSync(values, stringify(ownRedirect('crm', 'erp')));
    await approval({
      applications: [
        oidcApplication('crm'),
        oidcApplication('erp', {}, { token_endpoint_auth_method: 'client_secret_post', client_secret: 'approval-only-secret-123' }),
      ],
      branding: { color: '#1f3a5f' },
    });
  });
  after(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says in words what differs and what is missing, and changes nothing', async () => {
    const shown = await run('acme-approval', 'acme', '--dry-run');
    expect(shown.status, shown.stderr).to.equal(2);
    expect(shown.stdout)
      .to.contain('+ Application CRM')
      .and.to.contain('- Application Payroll (not chosen)')
      .and.to.contain('Colour: #1f5fae → #1f3a5f');
    expect(shown.stdout).to.contain('Application CRM needs “Redirect URIs” for production.').and.to.contain('"application crm":');
    expect(shown.stdout).to.contain('Nothing was changed.');
    const preview = await run('acme-approval', 'acme', '--dry-run', '--values', values);
    expect(preview.stdout, 'what is about to be written').to.match(
      /\+ Application CRM[\s\S]*? {4}Redirect URIs: https:\/\/crm\.acme\.example\//,
    );
    const data = await json('acme-approval', 'acme', '--dry-run', '--values', values);
    expect(data.values['application crm']['oidc.redirect_uris']).to.match(/^https:\/\/crm\.acme\.example\//);
    expect(data).to.include({ outcome: 'preview', dryRun: true });
    expect(data.differences.filter((one: { chosen: boolean }) => one.chosen).map((one: { id: string }) => one.id.trim())).to.have.members([
      'branding',
      'application crm',
      'application erp',
    ]);
    expect((await run('acme-approval', 'acme', '--values', values, '--only', 'application none')).status).to.equal(64);
    const odd: [text: string, path: string, told: RegExp][] = [
      ['"application nobody": { launchUrl: "https://a.example" }', '["application nobody"]', /is no object of approval or production/],
      [
        '"application payroll": { launchurl: "https://a.example", oidc.redirect_uris: [{ url: "https://a.example" }] }',
        '["application payroll"].launchurl',
        /is no value of production's own. The object has: launchUrl, oidc.redirect_uris/,
      ],
      ['"application crm": 7', '["application crm"]', /has to name values/],
      ['branding: { color: "#000000" }', 'branding.color', /is no value of production's own/],
    ];
    writeFileSync(join(folder, 'odd.yaml'), odd.map(([text]) => text).join('\n'));
    const refused = await run('acme-approval', 'acme', '--dry-run', '--values', join(folder, 'odd.yaml'), '--json');
    expect(refused.status, refused.stdout).to.equal(65);
    const { faults } = JSON.parse(refused.stdout) as { faults: { path: string; message: string }[] };
    const paths = odd.map(([, path]) => path);
    paths.splice(2, 0, '["application payroll"]["oidc.redirect_uris"][0]');
    expect(faults.map(({ path }) => path)).to.deep.equal(paths);
    for (const [, path, told] of odd) expect(faults.find((one) => one.path === path)!.message).to.match(told);
    writeFileSync(join(folder, 'odd.yaml'), 'a: 1\na: 2\n');
    expect((await run('acme-approval', 'acme', '--values', join(folder, 'odd.yaml'))).stderr).to.contain(
      'A key stands twice in one object',
    );
    for (const option of [['--dry-run'], ['--only', 'branding'], ['--with-removals']])
      expect((await run('--undo', '019ad0c4-5a8e-7c3e-9d1f-2f6a4c0b7e11', ...option)).status, option.join(' ')).to.equal(64);
    expect((await run('acme', 'acme-approval')).stderr).to.contain('use: portaria promote acme-approval acme');
    expect((await run('other', 'acme')).stderr).to.contain('other is not the approval environment of acme');
    expect((await run('nobody', 'acme')).stderr).to.contain('nobody does not exist');
    expect((await run('acme-approval')).status).to.equal(64);
    const rest = await run('acme-approval', 'acme', '--rest', '--values', values);
    expect([rest.status, rest.stderr.includes('--rest belongs to --undo')]).to.deep.equal([64, true]);
    writeFileSync(join(folder, 'bad.yaml'), '- a');
    expect((await run('acme-approval', 'acme', '--values', join(folder, 'bad.yaml'))).status).to.equal(65);
  });

  it('S7: promotes, tells a new secret once, and takes it back by its id', async () => {
    const done = await json('acme-approval', 'acme', '--values', values);
    expect(done).to.have.property('outcome', 'applied');
    expect(done.secrets.map(({ code }: { code: string }) => code)).to.deep.equal(['erp']);
    const again = await run('acme-approval', 'acme', '--dry-run');
    expect(again.stdout).to.contain('- Application Payroll (not chosen)').and.not.to.contain('CRM');
    const undone = await run('--undo', done.promotionId);
    expect(undone.status, undone.stderr).to.equal(0);
    expect(undone.stdout).to.contain('✓ Application CRM').and.to.contain('Undone.');
    await refusedWith('promotion_not_undoable', '--undo', done.promotionId);
    expect((await run('--undo', 'nothing')).status).to.equal(65);
    // what was said of them is remembered
    expect(await json('acme-approval', 'acme', '--dry-run')).to.have.property('outcome', 'preview');
  });

  it('a file of values works again: what production has already is passed over, and another value is refused with what it has', async () => {
    const file = join(folder, 'again.yaml');
    const say = (said: object) => writeFileSync(file, stringify({ 'application twice': said }));
    const partner = (name: string, host: string) => ({
      code: 'twice',
      name,
      saml: {
        entityId: `urn:twice:${host}`,
        assertionConsumerServices: [{ url: `https://${host}/acs` }, { url: `https://${host}/other`, isDefault: true }],
        singleLogoutServices: [{ binding: 'redirect', url: `https://${host}/slo`, responseUrl: `https://${host}/answers` }],
      },
    });
    const args = ['acme-approval', 'acme', '--values', file, '--only', 'application twice', '--accept-warnings'];
    await approval({ applications: [partner('Twice', 'twice.try.example')] });
    const said = {
      'saml.entityId': 'urn:twice',
      'saml.assertionConsumerServices': [{ url: 'https://twice.acme.example/acs' }, { url: 'https://twice.acme.example/other' }],
      'saml.singleLogoutServices': [{ url: 'https://twice.acme.example/slo', responseUrl: 'https://twice.acme.example/answers' }],
    };
    say({
      ...said,
      'saml.assertionConsumerServices': [{ url: 'https://a.example/acs', index: 3 }, { isDefault: true }],
      'saml.singleLogoutServices': [{ ...said['saml.singleLogoutServices'][0], binding: 'post' }],
      'saml.audiences': [{ url: 'urn:a' }],
    });
    const odd = await run(...args, '--json');
    expect(odd.status).to.equal(65);
    const at = (path: string) => `["application twice"]["saml.${path}`;
    expect(JSON.parse(odd.stdout).faults.map(({ path }: { path: string }) => path)).to.deep.equal([
      at('assertionConsumerServices"][0].index'),
      at('assertionConsumerServices"][1].url'),
      at('assertionConsumerServices"][1].isDefault'),
      at('singleLogoutServices"][0].binding'),
      at('audiences"][0]'),
    ]);
    say(said);
    expect((await run(...args)).stdout).to.contain('Promoted.');
    const there = await findApplicationByCode(await server.scope('acme'), 'twice');
    expect(there!.saml!.singleLogoutServices).to.deep.equal([{ binding: 'redirect', ...said['saml.singleLogoutServices'][0] }]);

    for (const name of ['Twice', 'Twice more']) {
      await approval({ applications: [partner(name, 'twice.try.example')] });
      const promote = () => run(...(name === 'Twice' ? args.filter((one) => !/^--only|^application twice/.test(one)) : args), '--dry-run');
      expect((await promote()).stderr, name).to.equal('');
      say({ ...said, 'saml.entityId': 'urn:other' });
      const another = await promote();
      expect([another.status, another.stderr.split('\n')[1]], name).to.deep.equal([
        65,
        '  ["application twice"]["saml.entityId"]: production has another already (urn:twice); change it with portaria apply.',
      ]);
      say({ ...said, launchUrl: 'https://twice.acme.example/' });
      expect((await promote()).stderr).to.contain('no promotion asks for it now');
      say(said);
    }
  });

  it('ends with 2 and findings where another promotion waits, a side has just changed, or nothing is left to undo', async () => {
    await approval({ applications: [oidcApplication('queue')] });
    writeFileSync(values, stringify(ownRedirect('queue')));
    const args = ['acme-approval', 'acme', '--values', values, '--only', 'application queue', '--accept-warnings'];
    const { promotionId } = await json(...args);
    const scope = await server.scope('acme');
    await deleteApplication(scope, (await findApplicationByCode(scope, 'queue'))!.applicationId);
    await refusedWith('promotion_nothing_to_undo', '--undo', promotionId);
    await refusedWith('promotion_nothing_to_undo', '--undo', promotionId, '--rest');
    const changed = describeObstacle(new AppError('promotion_changed', 409));
    expect(changed.text.includes('typed')).to.equal(false);
    const fourEyes = async (value: boolean) =>
      changeSettings(scope, promotionRules, { fourEyes: value }, (await loadSettings(scope, promotionRules)).version);
    await fourEyes(true);
    const proposed = await json(...args);
    expect(proposed.outcome).to.equal('proposed');
    await refusedWith('promotion_waits', ...args);
    await declinePromotion(scope, proposed.promotionId);
    await fourEyes(false);
  });

  it('stops at a warning until it is taken note of', async () => {
    await approval({ applications: [oidcApplication('lone', { navigable: false })] });
    writeFileSync(values, stringify(ownRedirect('lone')));
    const args = ['acme-approval', 'acme', '--values', values, '--only', 'application lone'];
    const warned = await run(...args);
    expect([warned.status, warned.stdout]).to.deep.equal([2, '']);
    expect(warned.stderr).to.contain('Warning: Nobody could open Application LONE').and.to.contain('--accept-warnings');
    const hint = 'Warnings are taken note of by --accept-warnings';
    expect(warned.stderr).to.contain(hint);
    expect((await run(...args, '--dry-run')).stdout, 'a preview').to.contain(hint);
    const tried = await run(...args, '--accept-warnings', '--dry-run');
    expect(tried.stdout).to.contain('Warning: Nobody could open').and.not.to.contain(hint);
    expect((await run(...args, '--accept-warnings')).stdout).to.contain('To take it back: portaria promote --undo ');
  });

  it('says of each object that stays why it does', async () => {
    await approval({ groups: [{ name: 'Crew' }], applications: [oidcApplication('ship', { assignedTo: { groups: ['Crew'] } })] });
    writeFileSync(values, stringify(ownRedirect('ship')));
    const only = ['--only', 'application ship, group crew'];
    const { promotionId } = await json('acme-approval', 'acme', '--values', values, ...only, '--accept-warnings');
    await server.apply({ contexts: [{ code: 'acme', applications: [ownApplication('ship', { description: 'mine' })] }] });
    const refused = await run('--undo', promotionId);
    expect(refused.status).to.equal(2);
    expect(refused.stderr)
      .to.match(/not undone: .*Application SHIP/)
      .and.to.contain('· Application SHIP (stays: changed since then: Description)');
    expect(refused.stderr, 'nothing else goes back').not.to.contain('--rest');
    const told = JSON.parse((await run('--undo', promotionId, '--json')).stdout);
    expect(told).to.include({ outcome: 'refused', code: 'promotion_changed_since' });
    expect(told.error).to.match(/not undone: .*Application SHIP/);
    expect(told.findings.map(({ code, message }: Record<string, string>) => [code, message])).to.deep.equal([
      ['stays', 'Application SHIP: changed since then: Description'],
      ['stays', 'Group Crew: still needed by Application SHIP'],
    ]);
    expect(told.objects.map(({ key, state, why }: Record<string, string>) => [key, state, why])).to.deep.equal([
      ['ship', 'stays', 'changed since then: Description'],
      ['crew', 'stays', 'still needed by Application SHIP'],
    ]);
    const rest = await run('--undo', promotionId, '--rest');
    expect([rest.status, rest.stderr, rest.stdout], 'nothing goes back').to.deep.equal([2, refused.stderr, '']);
    await server.apply({ contexts: [{ code: 'acme', applications: [ownApplication('ship', { description: '' })] }] });
    expect((await run('--undo', promotionId)).stdout, 'it is not used up').to.contain('Undone.');
  });

  it('takes no references in a file of values', async () => {
    await approval({ applications: [oidcApplication('literal')] });
    writeFileSync(values, stringify({ 'application literal': { 'oidc.redirect_uris': ['$' + '{env:REDIRECT}'] } }));
    const refused = await run('acme-approval', 'acme', '--values', values, '--only', 'application literal');
    expect([refused.status, refused.stderr.includes('references are not resolved here')], refused.stderr).to.deep.equal([65, true]);
  });

  it('offers to undo the rest where there is one', async () => {
    await approval({
      groups: [{ name: 'One' }, { name: 'Two' }],
      applications: [oidcApplication('pair', { assignedTo: { groups: ['One', 'Two'] } })],
    });
    writeFileSync(values, stringify(ownRedirect('pair')));
    const { promotionId } = await json(
      'acme-approval',
      'acme',
      '--values',
      values,
      '--only',
      'application pair, group one, group two',
      '--accept-warnings',
    );
    await server.apply({ contexts: [{ code: 'acme', groups: [{ name: 'One', description: 'mine' }] }] });
    const refused = await run('--undo', promotionId);
    expect(refused.stderr).to.contain(`portaria promote --undo ${promotionId} --rest`).and.to.contain('✓ Application PAIR');
  });

  it('says which object of an undo a rule refuses, and goes on with the rest when that is asked for', async () => {
    await server.apply({ contexts: [{ code: 'acme', applications: [ownApplication('relic')], groups: [] }] });
    await approval({ groups: [{ name: 'Aside' }], applications: [oidcApplication('beside', { assignedTo: { groups: ['Aside'] } })] });
    writeFileSync(values, stringify(ownRedirect('beside')));
    const only = ['--only', 'application relic, application beside, group aside', '--with-removals'];
    const { promotionId } = await json('acme-approval', 'acme', '--values', values, ...only, '--accept-warnings');
    // another application has its client ID now
    await server.apply({ contexts: [{ code: 'acme', applications: [{ ...ownApplication('heir'), oidc: ownApplication('relic').oidc }] }] });
    const refused = await run('--undo', promotionId);
    expect(refused.status).to.equal(2);
    expect(refused.stderr)
      .to.match(/^Application RELIC: “Client ID” can’t be saved\. .* Found: "relic"$/m)
      .and.to.match(/· Application RELIC \(stays: can’t be restored: “Client ID”\. /)
      .and.to.contain('✓ Application BESIDE')
      .and.to.contain('Nothing was changed.')
      .and.to.contain(`To take back the rest: portaria promote --undo ${promotionId} --rest`);
    const told = JSON.parse((await run('--undo', promotionId, '--json')).stdout);
    expect(told).to.include({ outcome: 'refused', code: 'promotion_refused' });
    expect(told.objects.find(({ key }: { key: string }) => key === 'relic').why).to.match(/^can’t be restored: “Client ID”/);
    const rest = await run('--undo', promotionId, '--rest');
    expect([rest.status, rest.stdout.includes('Undone.')], rest.stdout).to.deep.equal([0, true]);
    const scope = await server.scope('acme');
    expect(await findApplicationByCode(scope, 'beside')).to.equal(undefined);
    expect(await findApplicationByCode(scope, 'relic')).to.equal(undefined);
  });

  it('S7: of an undo with many reasons each object has its own, in words and as data, and the rest goes back', async () => {
    const plain = (code: string, more = {}) => ({ ...oidcApplication(code), ...more });
    await server.apply({ contexts: [{ code: 'acme', applications: [ownApplication('many-gone'), ownApplication('many-old')] }] });
    await approval({
      groups: [{ name: 'Many Crew' }, { name: 'Many Free' }],
      applications: [
        plain('many-back'),
        plain('many-changed'),
        plain('many-needs', { assignedTo: { groups: ['Many Crew'] } }),
        plain('many-people', { navigable: false, assignedTo: { groups: ['Many Free'] } }),
        plain('many-gone', { description: 'of approval' }),
      ],
    });
    writeFileSync(values, stringify(ownRedirect('many-back', 'many-changed', 'many-needs', 'many-people')));
    const names = ['back', 'changed', 'needs', 'people', 'gone', 'old'].map((name) => `application many-${name}`);
    const only = ['--only', [...names, 'group many crew', 'group many free'].join(', ')];
    const done = await json('acme-approval', 'acme', '--values', values, ...only, '--with-removals', '--accept-warnings');
    expect(done.outcome, JSON.stringify(done)).to.equal('applied');
    const scope = await server.scope('acme');
    await deleteApplication(scope, (await findApplicationByCode(scope, 'many-gone'))!.applicationId);
    await server.apply({
      contexts: [
        {
          code: 'acme',
          applications: [
            ownApplication('many-changed', { description: 'mine' }),
            ownApplication('many-needs', { assignedTo: { groups: ['Many Crew'] }, category: 'mine' }),
            ownApplication('many-people', { navigable: false, assignedTo: { groups: ['Many Free'], users: ['jsilva'] } }),
            { ...ownApplication('many-heir'), oidc: ownApplication('many-old').oidc },
          ],
        },
      ],
    });
    const refused = await run('--undo', done.promotionId);
    expect(refused.status, refused.stderr).to.equal(2);
    const told = JSON.parse((await run('--undo', done.promotionId, '--json')).stdout);
    const whys: Record<string, RegExp> = {
      'many-changed': /^changed since then: Description/,
      'many-needs': /^changed since then: Category/,
      'many-people': /users since/,
      'many-gone': /^removed since then/,
      'many-old': /^can’t be restored: “Client ID”/,
      'many crew': /^still needed by Application MANY-NEEDS/,
      'many free': /^still needed by Application MANY-PEOPLE/,
    };
    const said = Object.fromEntries(told.objects.map(({ key, why }: { key: string; why?: string }) => [key, why]));
    for (const [key, why] of Object.entries(whys)) {
      expect(said[key], key).to.match(why);
      expect(refused.stderr, key).to.contain(said[key]);
    }
    expect(told.findings.map(({ object }: { object: { key: string } }) => object.key)).to.have.members(Object.keys(whys));
    expect(told.error).to.contain('MANY-CHANGED').and.to.contain('“Client ID”');
    expect(said).to.have.property('many-back', undefined);
    const rest = await run('--undo', done.promotionId, '--rest');
    expect([rest.status, rest.stdout.includes('Undone.')], rest.stdout).to.deep.equal([0, true]);
    expect(await findApplicationByCode(scope, 'many-back')).to.equal(undefined);
    for (const code of ['many-changed', 'many-needs', 'many-people'])
      expect(await findApplicationByCode(scope, code), code).to.include({ code });
  });

  it('names the field and the rule of what is refused, in words and as data', async () => {
    await approval({ applications: [oidcApplication('wrong')] });
    writeFileSync(values, stringify({ 'application wrong': { 'oidc.redirect_uris': ['https://wrong.acme.example/cb', 'ftp://x'] } }));
    const args = ['acme-approval', 'acme', '--values', values, '--only', 'application wrong'];
    const refused = await run(...args);
    expect([refused.status, refused.stdout]).to.deep.equal([2, '']);
    expect(refused.stderr).to.contain('Error: Application WRONG: “Redirect URIs (2)” can’t be saved. ');
    const [finding] = (await json(...args)).findings;
    expect(finding).to.include({ code: 'refused', path: 'oidc.redirect_uris.1', field: 'Redirect URIs (2)' });
    expect(finding.rule).to.match(/https:|Schemes/);
    expect(finding.message).to.contain(finding.rule);
  });

  it('prints what something lacks as the option that takes it along, and says that there is nothing to promote', async () => {
    await approval({ groups: [{ name: 'Guests' }], applications: [oidcApplication('guest', { assignedTo: { groups: ['Guests'] } })] });
    writeFileSync(values, stringify(ownRedirect('guest')));
    const alone = await run('acme-approval', 'acme', '--values', values, '--only', 'application guest');
    expect(alone.stderr)
      .to.contain('Error: Application GUEST: Group Guests is needed, and production does not have it.')
      .and.to.contain('With what they need: --only "group guests, application guest"')
      .and.not.to.match(/\b(Tick|Select)\b/);
    const solo = { code: 'solo', name: 'Solo Ltd', applications: [ownApplication('solo')] };
    const pair = { code: 'solo-approval', name: 'Solo (approval)', environment: 'approval', pairedWith: 'solo' };
    await server.apply({ contexts: [solo, pair] });
    const nothing = await run('solo-approval', 'solo');
    expect(nothing.stdout).to.contain('Nothing to promote (1 only in production).');
  });

  it('warns of rules of the policy only where they can keep somebody out, and takes nobody’s word for it but --accept-lockout', async () => {
    const only = ['--only', 'policy'];
    const warning = 'could keep every administrator out';
    const tried = async (policy: object) => {
      await approval({ policy: { session: null, networks: null, hours: null, secondFactor: null, ...policy } });
      return run('acme-approval', 'acme', ...only, '--dry-run', '--accept-warnings');
    };
    const harmless: object[] = [{ session: { idleMinutes: 50 } }, { password: { minLength: 14 } }, { lockout: { limit: 6 } }];
    for (const policy of harmless)
      expect((await tried(policy)).stdout, JSON.stringify(policy))
        .to.contain('~ ')
        .and.not.to.contain(warning);
    const hours = { days: [1], from: '08:00', to: '12:00', timeZone: 'UTC' };
    for (const policy of [{ hours }, { secondFactor: { demand: 'required' } }, { networks: ['192.0.2.0/24'] }])
      expect((await tried(policy)).stdout, JSON.stringify(policy)).to.contain(warning);
    const args = ['acme-approval', 'acme', ...only];
    const refused = await run(...args, '--accept-warnings');
    expect([refused.status, refused.stderr.includes('confirm that with --accept-lockout')], refused.stderr).to.deep.equal([2, true]);
    const done = await run(...args, '--accept-lockout');
    expect([done.status, done.stdout.includes('The sign-in policy holds at once')], done.stderr).to.deep.equal([0, true]);
    await server.apply({ contexts: [{ code: 'acme', policy: { networks: null } }] });
  });

  it('says what is weaker than it could be of applications that are brought over, as apply does', async () => {
    const saml = {
      entityId: 'https://weak.example',
      assertionConsumerServices: [{ url: 'https://weak.example/acs' }],
      ignoreSignatures: true,
    };
    await approval({ applications: [{ code: 'weak', name: 'Weak', navigable: true, saml }] });
    const own = { 'saml.entityId': saml.entityId, 'saml.assertionConsumerServices': ['https://weak.example/acs'] };
    writeFileSync(values, stringify({ 'application weak': own }));
    const args = ['acme-approval', 'acme', '--values', values, '--only', 'application weak'];
    const line = 'Weakened protection:\n  Weak: Ignore signatures that can’t be verified.';
    expect((await run(...args, '--dry-run')).stdout).to.contain(line);
    const done = await run(...args, '--accept-warnings');
    expect(done.stdout, done.stderr).to.contain(line).and.to.contain('Promoted.');
  });

  it('has nothing to promote where only production has more', async () => {
    await server.apply({
      contexts: [
        { code: 'less', name: 'Less', applications: [ownApplication('extra'), ownApplication('spare')] },
        { code: 'less-approval', name: 'Less (approval)', environment: 'approval', pairedWith: 'less' },
      ],
    });
    const done = await run('less-approval', 'less');
    expect(done.stdout).to.contain('- Application EXTRA (not chosen)').and.to.contain('Nothing to promote (2 only in production).');
    expect([done.status, done.stderr]).to.deep.equal([0, '']);
  });

  it('an export during a trial has the rules that nobody has to confirm, and says so', async () => {
    const scope = await server.scope('acme');
    const exported = async () => {
      const { stdout, stderr } = await runCommand('export', 'acme', '--json');
      return [JSON.parse(stdout).contexts[0].policy.networks, stderr.includes('on trial')];
    };
    const { rules, version } = await loadPolicy(scope);
    await changePolicy(scope, { ...rules, base: { ...rules.base, networks: ['127.0.0.0/8'] } }, version);
    expect(await exported()).to.deep.equal([[], true]);
    await confirmPolicy(scope, version + 1);
    expect(await exported()).to.deep.equal([['127.0.0.0/8'], false]);
  });
});
