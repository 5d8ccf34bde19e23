import { expect } from 'chai';
import { changeSettings } from '../../src/domain/company/context-settings/index.ts';
import { addDirectory, directoryRules, getDirectory, stateOf } from '../../src/domain/people/directories/index.ts';
import { createUser } from '../../src/domain/people/users/index.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { defaultFilters } from '../../src/smartsync-protocol/index.ts';
import { directoryPassword, people } from '../support/directory-people.ts';
import { Jar } from '../support/jar.ts';
import { personDn } from '../support/ldif.ts';
import { needSoftware } from '../support/missing.ts';
import { linkTo } from '../support/network.ts';
import { eventually } from '../support/process.ts';
import { type Samba, startSamba } from '../support/samba.ts';
import { fillSignIn, startTestServer, type TestServer } from '../support/server.ts';
import { type Slapd, startSlapd } from '../support/slapd.ts';
import { lockoutThreshold } from '../support/slapd-settings.ts';
import { type SmartSyncProcess, startSmartSync } from '../support/smartsync.ts';

const all = [...people(7)];

/** What is done at a directory, whatever it is. */
type Kind = {
  name: string;
  needs: Parameters<typeof needSoftware>[1][];
  start(): Promise<Slapd | Samba>;
  mustChange(login: string): Promise<void>;
  /** Disables the account; `says` is what the person reads who has the right password. */
  disable(login: string): Promise<void>;
  says: RegExp;
  pause(): void;
  resume(): void;
};

let slapd: Slapd;
let samba: Samba;
const dnOf = (login: string) => personDn(all.find((one) => one.login === login)!, slapd.baseDn);
const kinds: Kind[] = [
  {
    name: 'OpenLDAP',
    needs: ['slapd', 'openssl'],
    start: async () => (slapd = await startSlapd({ people: all })),
    mustChange: (login) => slapd.replace(dnOf(login), { pwdReset: 'TRUE' }),
    // it says so whatever the password is
    disable: (login) => slapd.replace(dnOf(login), { pwdAccountLockedTime: '000001010000Z' }),
    says: /couldn’t sign you in/,
    pause: () => slapd.pause(),
    resume: () => slapd.resume(),
  },
  {
    name: 'Active Directory',
    needs: ['samba', 'openssl'],
    start: async () => {
      samba = await startSamba();
      await samba.addPeople(all);
      return samba;
    },
    mustChange: (login) => samba.expirePassword(login),
    disable: (login) => samba.disable(login),
    says: /Your account is disabled/,
    pause: () => samba.controllers[0]!.pause(),
    resume: () => samba.controllers[0]!.resume(),
  },
];

for (const kind of kinds)
  describe(`journeys: the network password, at a real ${kind.name} through a real agent`, function () {
    this.timeout(120_000);
    let server: TestServer;
    let scope: Scope;
    let directory: Slapd | Samba | undefined;
    let agent: SmartSyncProcess | undefined;

    before(async function () {
      needSoftware(this, ...kind.needs);
      directory = await kind.start();
      server = await startTestServer();
      scope = await server.scope();
      const added = await addDirectory(scope, { name: 'Head office' });
      const { directoryId } = added.directory;
      agent = await startSmartSync({ server: server.issuer, token: added.token, directory, account: 'writer' });
      await eventually(async () => expect(stateOf(await getDirectory(scope, directoryId))).to.equal('configured'));
      await changeSettings(scope, directoryRules, { signIn: true }, 0);
      const { userFilter } = defaultFilters[directory.kind];
      for (const { email, firstName, lastName, login } of all) {
        const request = { kind: 'find-people', body: { text: login, userFilter } } as const;
        const found = await server.app.services.askDirectory(scope, directoryId, request);
        const entry = found.outcome === 'accepted' ? found.people[0]! : expect.fail(JSON.stringify(found));
        if (entry.type !== 'person') throw new Error(`${login} is ${entry.type}`);
        const { userId } = await createUser(scope, { email: email!, firstName, lastName, role: 'regular', status: 'activated' });
        await linkTo(scope, directoryId, userId, { entryId: entry.id, dn: entry.dn });
      }
      server.app.services.forgetCached(scope.contextId);
    });
    after(async () => {
      await agent?.stop();
      await server?.close();
      await directory?.stop();
    });

    async function signIn(n: number, password = directoryPassword, jar = new Jar()) {
      const page = await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), all[n]!.email!, password);
      return { jar, page };
    }
    const changeTo = (jar: Jar, page: Awaited<ReturnType<Jar['get']>>, newPassword: string) =>
      jar.submit(jar.form(page, /network-password$/), { currentPassword: directoryPassword, newPassword, repeatPassword: newPassword });

    it('opens the Launchpad, and a wrong one does not', async () => {
      expect((await signIn(0)).page.url).to.match(/launchpad$/);
      expect((await signIn(0, 'a wrong guess')).page.status).to.equal(422);
    });

    it('strangers do not lock the account there', async () => {
      const known = new Jar();
      await signIn(1, directoryPassword, known);
      await known.get(`${server.issuer}/sign-out`).then((page) => known.submit(known.form(page, /sign-out$/)));
      for (let n = 0; n < lockoutThreshold + 2; n++) expect((await signIn(1, 'a wrong guess')).page.status).to.equal(422);
      expect((await signIn(1)).page.status, 'a stranger with the right one').to.equal(422);
      expect((await signIn(1, directoryPassword, known)).page.url, 'in a browser that is known').to.match(/launchpad$/);
    });

    it('one that was given by somebody else is changed on our page, as the policy there wants it', async () => {
      await kind.mustChange(all[2]!.login);
      const { jar, page } = await signIn(2);
      expect(page.text).to.contain('requires you to change your password');
      const short = await changeTo(jar, page, 'short');
      expect(short.status).to.equal(422);
      expect(short.text).to.match(/requires a longer password|requires a more complex password/);
      const done = await changeTo(jar, short, 'Another-Passw0rd there');
      expect(done.url).to.match(/launchpad$/);
      expect((await signIn(2, 'Another-Passw0rd there')).page.url).to.match(/launchpad$/);
    });

    it('in My profile, too', async () => {
      const { jar } = await signIn(5);
      const page = await jar.get(`${server.issuer}/account/network-password`);
      const again = await changeTo(jar, page, directoryPassword);
      expect(again.text).to.contain('different from your current one');
      expect((await changeTo(jar, again, 'Another-Passw0rd there')).text).to.contain('Your password was changed');
      expect((await signIn(5, 'Another-Passw0rd there')).page.url).to.match(/launchpad$/);
    });

    it('an account that is disabled there opens nothing, and a wrong password says no more than ever', async () => {
      await kind.disable(all[3]!.login);
      const { page } = await signIn(3);
      expect(page.status).to.equal(422);
      expect(page.text).to.match(kind.says);
      expect((await signIn(3, 'a wrong guess')).page.text).to.contain('couldn’t sign you in');
    });

    it('a directory that takes connections and answers nothing keeps one person waiting; then it goes on', async () => {
      kind.pause();
      const times: number[] = [];
      for (let n = 0; n < 3; n++) {
        const before = performance.now();
        expect((await signIn(4)).page.status).to.equal(422);
        times.push(performance.now() - before);
      }
      kind.resume();
      expect(times[0]).to.be.below(6000);
      for (const time of times.slice(1)) expect(time).to.be.below(2500);
      await eventually(async () => expect((await signIn(6)).page.url).to.match(/launchpad$/));
    });
  });
