import { expect } from 'chai';
import { changeAccount } from '../../../../src/domain/administration/account-changes/index.ts';
import { followEntries, followHeldUp, linkEntry } from '../../../../src/domain/administration/directory-acceptance/index.ts';
import { createCustomField } from '../../../../src/domain/company/custom-fields/index.ts';
import type { Directory } from '../../../../src/domain/people/directories/index.ts';
import type { EntryContent } from '../../../../src/domain/people/directory-entries/index.ts';
import { changeStatus, findUserByLogin, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { createLink, findLink } from '../../../../src/domain/records/one-time-links/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import {
  addTestDirectory,
  entryOf,
  importEntries,
  importGone,
  personEntry,
  setDirectoryRules,
} from '../../../support/directory-entries.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/administration/directory-acceptance: followEntries', () => {
  const store = useStore();
  let directory: Directory;

  before(async () => {
    await createCustomField(store.scope, {
      code: 'floor',
      label: 'Floor',
      type: 'number',
      options: [],
      isRequired: false,
      isPersonal: true,
    });
    await createCustomField(store.scope, {
      code: 'badge',
      label: 'Badge',
      type: 'text',
      options: [],
      isRequired: false,
      isPersonal: false,
    });
    directory = await addTestDirectory(store.scope, {
      acceptsPeople: true,
      withoutEmail: 'username',
      mapping: { customFields: { floor: 'physicalDeliveryOfficeName', badge: 'employeeID' } },
    });
  });

  type More = Record<string, string[]>;
  const accepted = async (attributes: More = {}) => {
    const entry = personEntry({ attributes });
    await importEntries(store.scope, directory, [entry]);
    return { entry, user: await userOf(entry) };
  };
  const userOf = async (entry: EntryContent): Promise<User> => getUser(store.scope, (await entryOf(store.scope, directory, entry)).userId!);
  const say = (entry: EntryContent, attributes: More = {}, more: Partial<EntryContent> = {}) =>
    importEntries(store.scope, directory, [{ ...entry, ...more, attributes: { ...entry.attributes, ...attributes } }]);

  const flows: [what: string, said: More, expected: Partial<User>, custom?: unknown[]][] = [
    ['a new last name', { sn: ['Souza'] }, { firstName: 'Ana', lastName: 'Souza' }],
    ['one name only', { givenname: [], sn: ['Ana'] }, { firstName: '', lastName: 'Ana' }],
    ['a department', { department: ['Sales'] }, { department: 'Sales' }],
    ['an e-mail', { mail: ['ana.new@example.com'] }, { email: 'ana.new@example.com', emailVerified: false }],
    ['custom fields', { physicaldeliveryofficename: ['7'], employeeid: ['B2'] }, {}, [7, 'B2']],
    ['nothing any more', { givenname: [], sn: [], department: [], mail: [], physicaldeliveryofficename: [], employeeid: [] }, {}],
    [
      'what does not fit',
      { sn: ['x'.repeat(101)], department: ['x'.repeat(101)], mail: ['none'], physicaldeliveryofficename: ['top'] },
      {},
    ],
  ];
  for (const [what, said, expected, custom = [3, 'B1']] of flows)
    it(`what the directory says flows, and what it does not say stays: ${what}`, async () => {
      const { entry, user } = await accepted({
        givenname: ['Ana'],
        sn: ['Lima'],
        department: ['Legal'],
        physicaldeliveryofficename: ['3'],
        employeeid: ['B1'],
      });
      const before = { email: user.email, firstName: 'Ana', lastName: 'Lima', department: 'Legal', status: 'activated' };
      await say(entry, said);
      const after = await userOf(entry);
      expect(after).to.include({ ...before, ...expected });
      expect(Object.values(after.customValues).sort()).to.deep.equal(custom);
      await store.unchanged(() => inTransaction(store.scope, (inside) => followEntries(inside, directory.directoryId, [entry.entryId])));
    });

  it('a change has its event in the name of the directory; personal fields are not told', async () => {
    const { entry, user } = await accepted();
    const types = await store.eventsOf(() => say(entry, { sn: ['Other'], mail: [`x.${user.email}`], physicaldeliveryofficename: ['9'] }));
    expect(types).to.deep.equal(['user.edited', 'user.email-changed']);
    const edited = (await eventsOf(store.scope)).find(({ type, subjectId }) => type === 'user.edited' && subjectId === user.userId)!;
    expect(edited.actor).to.include({ kind: 'system', name: directory.name });
    expect(edited.details).to.deep.include({ after: { lastName: 'Other', 'custom.floor': '•••' } });
  });

  it('a username becomes an e-mail when there is one, and another username where there is none', async () => {
    const { entry, user } = await accepted({ mail: [], samaccountname: ['ana.user'] });
    expect(user).to.include({ username: 'ana.user', email: undefined });
    await say(entry, { samaccountname: ['ana.other'] });
    expect(await userOf(entry)).to.include({ username: 'ana.other' });
    await say(entry, { mail: ['ana.mail@example.com'] });
    expect(await userOf(entry)).to.include({ email: 'ana.mail@example.com', username: undefined });
    await say(entry, { mail: [] });
    expect(await userOf(entry), 'an address stays').to.include({ email: 'ana.mail@example.com', username: undefined });
  });

  it('an address that is somebody else’s is a reason, and everything else flows; links to the old address end', async () => {
    const other = await store.person();
    const { entry, user } = await accepted();
    const token = await createLink(store.scope, { kind: 'recovery', owner: { userId: user.userId }, lifetimeSeconds: 3600 });
    await say(entry, { mail: [other.email!.toUpperCase()], department: ['Moved'] });
    expect(await userOf(entry)).to.include({ email: user.email, department: 'Moved' });
    expect(await entryOf(store.scope, directory, entry)).to.include({ state: 'accepted', reason: 'conflict' });
    expect(await findLink(store.scope, 'recovery', token)).to.not.equal(undefined);
    await say(entry, { mail: ['free@example.com'] });
    expect(await entryOf(store.scope, directory, entry)).to.include({ reason: undefined });
    expect(await findLink(store.scope, 'recovery', token)).to.equal(undefined);
  });

  it('addresses that are handed on in one reading arrive, whatever their order', async () => {
    const mails = ['one', 'two', 'three', 'four'].map((name) => `${name}@chain.example`);
    const people = [];
    for (const mail of mails.slice(0, 3)) people.push((await accepted({ mail: [mail] })).entry);
    for (const list of [people, [...people].reverse()]) {
      const moved = list.map((entry) => {
        const next = mails[mails.indexOf(entry.attributes.mail![0]!) + 1]!;
        return { ...entry, attributes: { ...entry.attributes, mail: [next] } };
      });
      await importEntries(store.scope, directory, moved);
      for (const one of moved) expect((await userOf(one)).email).to.equal(one.attributes.mail![0]);
      await importEntries(store.scope, directory, [people[0]!]);
      await importEntries(store.scope, directory, [people[1]!]);
      await importEntries(store.scope, directory, [people[2]!]);
    }
  });

  const kinds: [what: string, attributes: (name: string) => Record<string, string[]>, of: (user: User) => string | undefined][] = [
    ['addresses', (name) => ({ mail: [`${name}@swap.example`] }), ({ email }) => email?.split('@')[0]],
    ['usernames', (name) => ({ mail: [], samaccountname: [`${name}.swap`] }), ({ username }) => username?.split('.')[0]],
  ];
  for (const [what, attributes, of] of kinds)
    for (const many of [2, 3, 5])
      it(`${what} that ${many} people swap arrive, in one reading or one after the other`, async () => {
        const names = Array.from({ length: many }, (_, n) => `${what}${many}x${n}`);
        const entries: Awaited<ReturnType<typeof accepted>>['entry'][] = [];
        for (const name of names) entries.push((await accepted(attributes(name))).entry);
        const moved = (by: number) =>
          entries.map((entry, n) => ({ ...entry, attributes: { ...entry.attributes, ...attributes(names[(n + by) % many]!) } }));
        const owns = async () => Promise.all(entries.map(async (entry) => of(await userOf(entry))));
        await importEntries(store.scope, directory, moved(1));
        expect(await owns()).to.deep.equal([...names.slice(1), names[0]]);
        for (const entry of moved(0)) await importEntries(store.scope, directory, [entry]);
        await followHeldUp(store.scope, directory.directoryId);
        expect(await owns()).to.deep.equal(names);
        for (const entry of entries) expect(await entryOf(store.scope, directory, entry)).to.include({ reason: undefined });
      });

  it('who swaps with somebody that stays gets nothing, and the others go on', async () => {
    const keeper = await store.person();
    const [one, two] = [(await accepted({ mail: ['one@stay.example'] })).entry, (await accepted({ mail: ['two@stay.example'] })).entry];
    const say = (entry: typeof one, mail: string) => ({ ...entry, attributes: { ...entry.attributes, mail: [mail] } });
    await importEntries(store.scope, directory, [say(one, keeper.email!), say(two, 'one@stay.example')]);
    expect([(await userOf(one)).email, (await userOf(two)).email]).to.deep.equal(['one@stay.example', 'two@stay.example']);
    for (const entry of [one, two]) expect(await entryOf(store.scope, directory, entry)).to.include({ reason: 'conflict' });
  });

  it('an administrator’s name and address are not the directory’s to change; letters in capitals are', async () => {
    const root = await store.person({ role: 'administrator', email: 'root.link@example.com' });
    const entry = personEntry({ attributes: { mail: ['root.link@example.com'] } });
    await importEntries(store.scope, directory, [entry]);
    expect(await entryOf(store.scope, directory, entry)).to.include({ state: 'pending', reason: 'conflict' });
    await linkEntry(store.scope, directory.directoryId, entry.entryId, root.userId);
    await say(entry, { mail: ['thief@example.com'], givenname: ['Mr'], sn: ['Renamed'], department: ['Moved'] });
    const { firstName, lastName } = root;
    expect(await userOf(entry)).to.include({
      email: 'root.link@example.com',
      firstName,
      lastName,
      department: 'Moved',
      role: 'administrator',
    });
    expect(await entryOf(store.scope, directory, entry)).to.include({ reason: 'administrator-address' });
    expect(await findUserByLogin(store.scope, 'thief@example.com')).to.equal(undefined);
    await say(entry, { mail: ['Root.Link@example.com'] });
    expect(await userOf(entry)).to.include({ email: 'Root.Link@example.com' });
    expect(await entryOf(store.scope, directory, entry)).to.include({ reason: undefined });
  });

  const outs: [what: string, out: (entry: EntryContent) => Promise<void>][] = [
    ['disabled', (entry) => say(entry, {}, { isEnabled: false })],
    ['gone', (entry) => importGone(store.scope, directory, [entry])],
    [
      'disabled and gone',
      async (entry) => {
        await say(entry, {}, { isEnabled: false });
        await importGone(store.scope, directory, [entry]);
      },
    ],
  ];
  for (const [what, out] of outs) {
    it(`${what} there is Deactivated here, sessions ended; back there is back here`, async () => {
      const { entry, user } = await accepted();
      const types = await store.eventsOf(() => out(entry));
      expect(types).to.deep.equal(['user.deactivated']);
      const event = (await eventsOf(store.scope)).find(({ type, subjectId }) => type === 'user.deactivated' && subjectId === user.userId)!;
      expect(event).to.include({ reason: 'directory' });
      expect(await userOf(entry)).to.include({ status: 'deactivated' });
      expect((await store.queued('end-sessions-of-user')).map(({ userId }) => userId)).to.include(user.userId);
      await store.unchanged(() => inTransaction(store.scope, (inside) => followEntries(inside, directory.directoryId, [entry.entryId])));
      await say(entry);
      expect(await userOf(entry)).to.include({ status: 'activated' });
      expect((await entryOf(store.scope, directory, entry)).deactivatedAt).to.equal(undefined);
    });

    it(`${what} there changes nothing where its state counts for nothing here`, async () => {
      await setDirectoryRules(store.scope, { stateFromDirectory: false });
      const { entry } = await accepted();
      await out(entry);
      expect(await userOf(entry)).to.include({ status: 'activated' });
      await setDirectoryRules(store.scope, { stateFromDirectory: true });
    });

    it(`${what} there is back here once it is back there, though its state counted for nothing in between`, async () => {
      const { entry } = await accepted();
      await out(entry);
      await setDirectoryRules(store.scope, { stateFromDirectory: false });
      await inTransaction(store.scope, (inside) => followEntries(inside, directory.directoryId, [entry.entryId]));
      expect(await userOf(entry)).to.include({ status: 'deactivated' });
      await setDirectoryRules(store.scope, { stateFromDirectory: true });
      await say(entry);
      expect(await userOf(entry)).to.include({ status: 'activated' });
    });
  }

  it('who was deactivated here by somebody else, before or since, stays so', async () => {
    const before = await accepted();
    await changeStatus(store.scope, before.user.userId, 'deactivate');
    await say(before.entry, {}, { isEnabled: false });
    await say(before.entry);
    expect(await userOf(before.entry)).to.include({ status: 'deactivated' });

    const since = await accepted();
    await say(since.entry, {}, { isEnabled: false });
    store.wait(1);
    await changeAccount(store.scope, 'reactivate', since.user.userId, 'en');
    await changeStatus(store.scope, since.user.userId, 'deactivate', 'planned-deactivation');
    await say(since.entry);
    expect(await userOf(since.entry)).to.include({ status: 'deactivated' });
  });

  it('the last administrator stays, is marked, and keeps nobody else from following', async () => {
    const { scope } = store;
    const entries = [];
    const rows = await scope
      .db('users')
      .where({ context_id: scope.contextId, role: 'administrator', status: 'activated' })
      .select('user_id', 'email');
    for (const row of rows) {
      let entry = personEntry({ attributes: { mail: [row.email!] } });
      const { items } = { items: await scope.db('directory_entries').where('user_id', row.user_id).select('entry_id') };
      if (items[0]) entry = { ...entry, entryId: items[0].entry_id };
      await importEntries(scope, directory, [entry]);
      if (!items[0]) await linkEntry(scope, directory.directoryId, entry.entryId, row.user_id);
      entries.push(entry);
    }
    const { entry } = await accepted();
    await importGone(scope, directory, [...entries, entry]);
    expect(await userOf(entry)).to.include({ status: 'deactivated' });
    const people = await Promise.all(entries.map(userOf));
    expect(people.filter(({ status }) => status === 'activated')).to.have.length(1);
    const reasons = (await Promise.all(entries.map((one) => entryOf(scope, directory, one)))).map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === 'last-administrator')).to.have.length(1);
    await importEntries(scope, directory, entries);
    for (const one of entries) expect(await userOf(one)).to.include({ status: 'activated' });
  });

  it('everything of a step stands or falls together', async () => {
    const { entry } = await accepted();
    const changed = { ...entry, attributes: { ...entry.attributes, sn: ['Again'], mail: ['again@example.com'] }, isEnabled: false };
    await importEntries(store.scope, directory, [personEntry()]);
    await store.inOneTransaction((inside) =>
      importEntries(inside, directory, [changed, personEntry({ attributes: { mail: ['fresh@example.com'] } })]),
    );
  });
});
