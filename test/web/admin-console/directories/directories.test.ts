import { expect } from 'chai';
import { deleteCustomField } from '../../../../src/domain/applications/custom-field-uses/index.ts';
import { loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { listCustomFields } from '../../../../src/domain/company/custom-fields/index.ts';
import {
  type Directory,
  directoryRules,
  enrolAgent,
  findDirectoryByName,
  fingerprintOf,
  getAgent,
  listAgents,
  listDirectories,
  noteAgentSeen,
  noteDirectoryState,
} from '../../../../src/domain/people/directories/index.ts';
import { publicKeys } from '../../../support/fake-agent.ts';
import type { Jar } from '../../../support/jar.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

describe('web: directories in the console', () => {
  let server: TestServer;
  let admin: Jar;
  before(async () => {
    server = await startTestServer();
    admin = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  after(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const text = async (path: string) => (await admin.get(at(path))).text;
  /** The form of a page with these fields instead of its own; undefined: the field is not sent, as an unticked box. */
  const send = async (path: string, changes: Record<string, string | undefined> = {}) => {
    const form = admin.form(await admin.get(at(path)), /admin\//);
    const fields = new URLSearchParams(form.entries);
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) fields.delete(name);
      else fields.set(name, value);
    }
    return admin.get(form.action, { form: fields });
  };
  const named = async (name: string): Promise<Directory> => (await findDirectoryByName(await server.scope(), name))!;
  const path = async (more = '', name = 'Head office') => `/admin/directories/${(await named(name)).directoryId}${more}`;
  const enrol = async (token: string, name: string) =>
    (
      await enrolAgent(await server.scope(), {
        token,
        name,
        software: 'SmartSync 1.0.0',
        protocol: { major: 1, minor: 0 },
        ...publicKeys,
      })
    ).agentId;
  const tokenOn = (page: string) => /smartsync_[\w-]{43}/.exec(page)?.[0];
  let token: string;

  it('without one, the list says what a directory is for and has one button', async () => {
    const page = await text('/admin/directories');
    expect(page).to.contain('only makes outbound connections');
    expect(page.match(/href="[^"]*\/admin\/directories\/new"/g)).to.have.length(1);
    expect(page).to.match(/aria-current="page"[^>]*>.*Directories/s);
  });

  it('a name is enough (S11); what is no name or taken is said beside it; the token is shown once, outside of the address (S12)', async () => {
    for (const name of ['', ' ', 'x'.repeat(101)]) {
      const refused = await send('/admin/directories/new', { name });
      expect([refused.status, refused.text.includes('name-fault')], name).to.deep.equal([422, true]);
    }
    expect(await listDirectories(await server.scope())).to.have.length(0);
    const added = await send('/admin/directories/new', { name: ' Head office ' });
    expect(added.status).to.equal(200);
    token = tokenOn(added.text)!;
    expect(token).to.be.a('string');
    expect(added.headers['cache-control']).to.equal('no-store');
    expect(added.url).not.to.contain(token);
    expect(added.text)
      .to.contain(`<meta name="address" content="${new URL(at(await path())).pathname}"`)
      .and.contain(`>${server.issuer}<`)
      .and.contain('data-copy="token"')
      .and.contain('npm run smartsync:package')
      .and.contain('Company address')
      .and.not.contain('inetOrgPerson')
      .and.not.contain('docs/guides');
    expect(await text(await path())).not.to.contain('smartsync_');
    const taken = await send('/admin/directories/new', { name: 'HEAD OFFICE' });
    expect([taken.status, taken.text.includes('name-fault'), tokenOn(taken.text)]).to.deep.equal([409, true, undefined]);
  });

  it('a token is replaced and revoked, each after a question', async () => {
    const replaced = await send(await path('/steps/token'));
    expect(tokenOn(replaced.text)).to.be.a('string').and.not.equal(token);
    token = tokenOn(replaced.text)!;
    expect((await send(await path('/steps/revoke-token'))).location).to.contain('done=directory_token_revoked');
    expect((await named('Head office')).hasToken).to.equal(false);
    expect(await text(await path()))
      .to.contain('No token.')
      .and.contain('Create a token below.')
      .and.not.contain('If you lost the token');
    const edit = await text(await path('/edit'));
    expect(edit, 'the kind is not known yet').not.to.contain('inetOrgPerson').and.not.contain('placeholder="givenName"');
    expect(await text(await path('/steps/token'))).to.contain('Create a token for Head office?');
    token = tokenOn((await send(await path('/steps/token'))).text)!;
    expect(await text(await path())).to.contain('Valid until');
    const made = (days: number) =>
      server
        .scope()
        .then(({ db, clock }) => db('directories').update({ token_made_at: new Date(clock.now().getTime() - days * 86_400_000) }));
    await made(8);
    expect(await text(await path()))
      .to.contain('Expired')
      .and.contain('The token has expired. Replace it below');
    await made(0);
    expect((await admin.get(at(await path('/steps/constructor')))).status).to.equal(404);
  });

  it('each state is said in words, with the agents, their servers and what is wrong with them', async () => {
    const { directoryId } = await named('Head office');
    expect(await text('/admin/directories'))
      .to.contain('Not configured')
      .and.contain('None');
    const agentId = await enrol(token, 'SRV-SYNC-01');
    expect(await text('/admin'), 'on Home')
      .to.contain('New SmartSync agents')
      .and.contain(`/admin/directories/${directoryId}"`)
      .and.contain('SRV-SYNC-01');
    await noteAgentSeen(await server.scope(), agentId, {
      status: {
        isUp: true,
        kind: 'active-directory',
        servers: [
          { url: 'ldaps://dc1.example.com', isUp: true },
          { url: 'ldaps://dc2.example.com', isUp: false, fault: 'tls-name', detail: 'the certificate is for <dc9>' },
        ],
        clockOffsetSeconds: -3600,
        isEncrypted: true,
        rights: { readDeleted: false, write: false },
      },
    });
    const found = { kind: 'active-directory', rootDn: 'DC=example,DC=com', accountDomain: 'example.com' } as const;
    await noteDirectoryState(await server.scope(), directoryId, { isUp: true, ...found });
    const page = await text(await path());
    const agent = await getAgent(await server.scope(), agentId);
    for (const word of [
      'Configured',
      'The first import starts within a minute.',
      'Active Directory',
      'SRV-SYNC-01',
      'SmartSync 1.0.0',
      fingerprintOf(agent),
      'ldaps://dc1.example.com',
      'for a different name',
      '&lt;dc9&gt;',
      '3,600 seconds behind',
      'can’t write',
      'DC=example,DC=com',
      '(&amp;(objectClass=user)(objectCategory=person)(!(isCriticalSystemObject=TRUE)))',
    ])
      expect(page).to.contain(word);
    expect(page.match(/<dt>Permissions<\/dt>/g)).to.have.length(1);
    expect(page).to.contain('can’t read deleted');
    const gone = await enrol(token, 'SRV-SYNC-02');
    const scope = await server.scope();
    const agents = () => scope.db('directory_agents').where({ context_id: scope.contextId, agent_id: gone });
    await agents().update({ last_seen_at: new Date(scope.clock.now().getTime() - 60_000) });
    for (const shown of [await text('/admin/directories'), await text(await path())])
      expect(shown).to.contain('1 of 2 connected').and.contain('Not connected');
    await agents().delete();
    expect(await text(await path()))
      .to.contain('Connected')
      .and.not.contain('Not connected');
    expect(fingerprintOf(agent)).to.match(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
    for (const [reason, words] of [
      ['no-agent', 'No SmartSync is connected.'],
      ['wrong-bind', 'name or password is wrong'],
      ['of-the-future', 'of-the-future'],
    ]) {
      await noteDirectoryState(await server.scope(), directoryId, { isUp: false, reason });
      for (const shown of [await text('/admin/directories'), await text(await path())])
        expect(shown).to.contain('Unavailable').and.contain('since').and.contain(words);
    }
    await noteDirectoryState(await server.scope(), directoryId, { isUp: true, ...found });
  });

  it('an agent is revoked by the page of its own directory alone', async () => {
    const [agent] = await listAgents(await server.scope(), (await named('Head office')).directoryId);
    await send('/admin/directories/new', { name: 'Branch' });
    expect((await admin.get(at(await path(`/steps/revoke-agent?agent=${agent!.agentId}`, 'Branch')))).status).to.equal(404);
    expect((await send(await path(`/steps/revoke-agent?agent=${agent!.agentId}`))).location).to.contain('done=directory_agent_revoked');
    expect(await listAgents(await server.scope(), agent!.directoryId)).to.have.length(0);
  });

  it('settings are saved as typed; what is empty or the default is left to the kind', async () => {
    const { customFields: _, ...none } = (await named('Head office')).settings.mapping;
    expect(none).to.deep.equal({});
    await server.apply({
      contexts: [{ code: 'acme', name: 'Acme S.A.', customFields: [{ code: 'cost_center', label: 'Cost centre', type: 'text' }] }],
    });
    const saved = await send(await path('/edit'), {
      name: 'Main office',
      'settings.acceptsPeople': 'yes',
      'settings.userFilter': '(memberOf=CN=Portaria,DC=example,DC=com)',
      'settings.groupFilter': '(&(objectClass=group)(!(isCriticalSystemObject=TRUE)))',
      'settings.withoutEmail': 'username',
      'settings.nestedGroups': 'direct',
      'settings.mapping.firstName': 'preferredName',
      'settings.mapping.customFields.cost_center': 'extensionAttribute1',
      'settings.rootDn': 'OU=People,DC=example,DC=com',
      'settings.readEverySeconds': '30',
      'settings.guardPercent': '5',
    });
    expect(saved.location).to.contain('done=directory_edited');
    const { settings } = await named('Main office');
    expect(settings).to.deep.include({
      acceptsPeople: true,
      acceptsGroups: false,
      userFilter: '(memberOf=CN=Portaria,DC=example,DC=com)',
      withoutEmail: 'username',
      nestedGroups: 'direct',
      mapping: { firstName: 'preferredName', customFields: { cost_center: 'extensionAttribute1' } },
      rootDn: 'OU=People,DC=example,DC=com',
      readEverySeconds: 30,
      guardPercent: 5,
    });
    expect(settings).not.to.have.any.keys('groupFilter', 'accountDomain');
    // a box that is not ticked is not sent
    await send(await path('/edit', 'Main office'), { 'settings.acceptsPeople': undefined, name: 'Head office' });
    expect((await named('Head office')).settings).to.deep.equal({ ...settings, acceptsPeople: false });
  });

  it('a setting that does not fit is said beside its field, nothing typed is lost and nothing changes', async () => {
    const before = await named('Head office');
    for (const [field, value] of [
      ['name', ''],
      ['settings.userFilter', 'objectClass=user'],
      ['settings.userFilter', '(objectClass=user'],
      ['settings.groupFilter', '(&)('],
      ['settings.mapping.email', 'e mail'],
      ['settings.mapping.customFields.cost_center', 'a=b'],
      ['settings.readEverySeconds', '1'],
      ['settings.wholeReadEveryHours', 'ten'],
      ['settings.guardPercent', '101'],
      ['settings.guardPeople', ''],
    ] as const) {
      const refused = await send(await path('/edit'), { 'settings.accountDomain': 'typed.example', [field]: value });
      expect([refused.status, refused.text.includes(`id="${field}-fault"`)], `${field} ${value}`).to.deep.equal([422, true]);
      expect(refused.text).to.contain('value="typed.example"');
    }
    expect(await named('Head office')).to.deep.equal(before);
    const form = admin.form(await admin.get(at(await path('/edit'))), /admin\//);
    await send(await path('/edit'), { 'settings.guardPeople': '7' });
    expect((await admin.get(form.action, { form: new URLSearchParams(form.entries) })).status).to.equal(409);
  });

  it('a mapping whose field has gone stays, is shown by its code, and goes when somebody empties it', async () => {
    const fieldOf = (code: string) => ({
      contexts: [{ code: 'acme', name: 'Acme S.A.', customFields: [{ code, label: 'Badge', type: 'text' }] }],
    });
    await server.apply(fieldOf('badge'));
    const name = 'settings.mapping.customFields.badge';
    await send(await path('/edit'), { [name]: 'employeeNumber' });
    const opened = admin.form(await admin.get(at(await path('/edit'))), /admin\//);
    const scope = await server.scope();
    await deleteCustomField(scope, (await listCustomFields(scope)).find(({ code }) => code === 'badge')!.fieldId);
    const saved = await admin.get(opened.action, { form: new URLSearchParams(opened.entries) });
    expect(saved.location, 'a form from before').to.contain('done=directory_edited');
    await send(await path('/edit'), { 'settings.guardPeople': '8' });
    const mapped = async () => (await named('Head office')).settings.mapping.customFields;
    expect(await mapped()).to.include({ badge: 'employeeNumber' });
    expect(await text(await path('/edit'))).to.contain('badge (this custom field no longer exists');
    await send(await path('/edit'), { [name]: '' });
    expect(await mapped()).not.to.have.property('badge');
    expect(await text(await path('/edit'))).not.to.contain(name);
  });

  it('a default filter comes back by a button, without saving', async () => {
    const before = await named('Head office');
    const restored = await send(await path('/edit'), { restore: 'userFilter', 'settings.accountDomain': 'typed.example' });
    expect(restored.status).to.equal(200);
    expect(restored.text)
      .to.contain('>(&amp;(objectClass=user)(objectCategory=person)(!(isCriticalSystemObject=TRUE)))<')
      .and.contain('value="typed.example"');
    expect(await named('Head office')).to.deep.equal(before);
  });

  it('the rules for all directories are saved, each by its box', async () => {
    const defaults = (await loadSettings(await server.scope(), directoryRules)).value;
    for (const name of Object.keys(defaults) as (keyof typeof defaults)[]) {
      const saved = await send('/admin/directories/rules', { [name]: defaults[name] ? undefined : 'yes' });
      expect(saved.location, name).to.contain('done=settings_saved');
      expect((await loadSettings(await server.scope(), directoryRules)).value).to.deep.equal({ ...defaults, [name]: !defaults[name] });
      await send('/admin/directories/rules', { [name]: defaults[name] ? 'yes' : undefined });
    }
  });

  it('a directory is removed by typing its name, and the page says what stays', async () => {
    expect(await text(await path('/remove', 'Branch'))).to.contain('Accepted users and groups stay');
    const refused = await send(await path('/remove', 'Branch'), { typed: 'branch' });
    expect([refused.status, refused.text.includes('typed-fault')]).to.deep.equal([422, true]);
    expect((await send(await path('/remove', 'Branch'), { typed: 'Branch' })).location).to.contain('done=directory_removed');
    expect((await listDirectories(await server.scope())).map(({ name }) => name)).to.deep.equal(['Head office']);
    expect((await admin.get(at('/admin/directories/0'))).status).to.equal(404);
  });
});
