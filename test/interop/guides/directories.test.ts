import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { DirectorySettings } from '../../../src/smartsync/ldap/index.ts';
import { type ServedDirectory, serveDirectory } from '../../support/agent-work.ts';
import { directoryPassword, people } from '../../support/directory-people.ts';
import { needSoftware } from '../../support/missing.ts';
import { type Slapd, startSlapd } from '../../support/slapd.ts';
import { everySnippetRuns, snippet } from '../../support/snippets.ts';

const guide = 'docs/directories.md';
const baseDn = 'dc=acme,dc=example';
const account = { dn: `cn=smartsync,${baseDn}`, password: 'Service-Passw0rd' };
const filters = {
  userFilter: '(objectClass=inetOrgPerson)',
  groupFilter: '(objectClass=groupOfNames)',
  userAttributes: ['uid', 'mail', 'userPassword'],
  groupAttributes: ['cn'],
};

/** As the page says: SmartSync only reads. */
const readingOnly = (rights: string): string =>
  rights.replaceAll(`${account.dn}" write`, (found, at) => (rights.indexOf(found) === at ? `${account.dn}" none` : `${account.dn}" read`));

describe('interop: the rights of OpenLDAP that the page about directories prints', function () {
  this.timeout(60_000);
  const running: (() => Promise<unknown>)[] = [];
  before(function () {
    needSoftware(this, 'slapd');
  });
  after(async () => {
    for (const stop of running.reverse()) await stop();
  });

  async function serve(rights: string): Promise<{ slapd: Slapd; served: ServedDirectory; ask: ServedDirectory['ask'] }> {
    const slapd = await startSlapd({ baseDn, rights, people: people(600) });
    running.push(() => slapd.stop());
    const attributes = { objectClass: ['organizationalRole', 'simpleSecurityObject'], cn: 'smartsync', userPassword: account.password };
    await slapd.add([{ dn: account.dn, attributes }]);
    const settings: DirectorySettings = {
      urls: [slapd.ldapsUrl],
      bindDn: account.dn,
      bindPassword: account.password,
      baseDn,
      startTls: false,
      ca: readFileSync(slapd.caFile, 'utf8'),
      timeoutSeconds: 5,
    };
    const served = await serveDirectory(settings);
    running.push(() => served.close());
    return { slapd, served, ask: served.ask };
  }
  const first = async (served: ServedDirectory) => {
    const { answer, entries } = await served.read(filters);
    expect(answer).to.deep.include({ outcome: 'accepted', people: 600, isWhole: true });
    const person = entries.find((one) => one.type === 'person' && one.attributes.uid?.[0] === 'p000001');
    if (person?.type !== 'person') throw new Error('p000001 is not there');
    return person;
  };

  it('as printed, everything is read without a limit of size, and what is switched on is written', async () => {
    const { served, ask } = await serve(snippet(guide, 'text'));
    const { id, dn } = await first(served);
    const entry = { id, dn };
    expect((await ask('verify-password', { entry }, { passwords: { password: directoryPassword } })).outcome).to.equal('accepted');
    expect(
      (await ask('change-password', { entry }, { passwords: { oldPassword: directoryPassword, newPassword: 'Another-Passw0rd-1' } }))
        .outcome,
    ).to.equal('accepted');
    expect(
      (await ask('reset-password', { entry, mustChange: false }, { passwords: { newPassword: 'Third-Passw0rd-1' } })).outcome,
    ).to.equal('accepted');
    expect((await ask('set-enabled', { entry, isEnabled: false })).outcome).to.equal('accepted');
    const person = { rootDn: `ou=People,${baseDn}`, accountDomain: 'acme.example', login: 'new', firstName: 'New', lastName: 'Person' };
    expect((await ask('create-person', person, { passwords: { password: 'Temporary-Passw0rd-1' } })).outcome).to.equal('accepted');
  });

  it('changed to none and read, people are read, sign in and change their own password, and nothing else is written', async () => {
    const { served, ask } = await serve(readingOnly(snippet(guide, 'text')));
    const { id, dn, attributes } = await first(served);
    expect(attributes).not.to.have.property('userpassword');
    const entry = { id, dn };
    expect((await ask('verify-password', { entry }, { passwords: { password: directoryPassword } })).outcome).to.equal('accepted');
    expect(
      (await ask('change-password', { entry }, { passwords: { oldPassword: directoryPassword, newPassword: 'Another-Passw0rd-1' } }))
        .outcome,
    ).to.equal('accepted');
    const noRight = { outcome: 'refused', reason: 'no-right' };
    expect(await ask('reset-password', { entry, mustChange: false }, { passwords: { newPassword: 'Third-Passw0rd-1' } })).to.deep.include(
      noRight,
    );
    expect(await ask('set-enabled', { entry, isEnabled: false })).to.deep.include(noRight);
    const person = { rootDn: `ou=People,${baseDn}`, accountDomain: 'acme.example', login: 'new', firstName: 'New', lastName: 'Person' };
    expect(await ask('create-person', person, { passwords: { password: 'Temporary-Passw0rd-1' } })).to.deep.include(noRight);
  });

  everySnippetRuns('docs/directories.md');
});
