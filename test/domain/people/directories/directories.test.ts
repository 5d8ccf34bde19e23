import { expect } from 'chai';
import { createCustomField, lockCustomFields, removeCustomField } from '../../../../src/domain/company/custom-fields/index.ts';
import {
  addDirectory,
  attributesOf,
  type DirectoryInput,
  editDirectory,
  filtersOf,
  findDirectoryByName,
  getDirectory,
  listDirectories,
  lockDirectory,
  makeToken,
  noteReading,
  removeDirectory,
  revokeToken,
  stateOf,
} from '../../../../src/domain/people/directories/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/people/directories', () => {
  const store = useStore();
  const add = async (input: DirectoryInput) => (await addDirectory(store.scope, input)).directory;

  it('S11, S12, S22: a name is enough, and gives a token; a company has as many as it names', async () => {
    const { scope } = store;
    expect(await listDirectories(scope)).to.deep.equal([]);
    const types = await store.eventsOf(async () => {
      const { directory, token } = await addDirectory(scope, { name: '  Head office ' });
      expect(token).to.match(/^smartsync_[\w-]{40,}$/);
      expect(directory).to.include({ name: 'Head office', hasToken: true, version: 1 });
      expect(stateOf(directory)).to.equal('not-configured');
      await addDirectory(scope, { name: 'Branch' });
    });
    expect(types).to.deep.equal(['directory.added', 'directory.added']);
    expect((await listDirectories(scope)).map(({ name }) => name)).to.deep.equal(['Branch', 'Head office']);
    expect((await findDirectoryByName(scope, 'HEAD OFFICE'))!.name).to.equal('Head office');
    expect(await findDirectoryByName(store.other, 'Head office')).to.equal(undefined);
    const kept = JSON.stringify([await scope.db('directories'), await eventsOf(scope)]);
    expect(kept, 'a token is kept as a hash').not.to.contain('smartsync_');
  });

  it('settings have defaults, and an edit says what changed; the same again is none', async () => {
    const { scope } = store;
    const { directoryId, settings } = await add({ name: 'Edited' });
    expect(settings).to.include({ acceptsPeople: false, withoutEmail: 'pending', readEverySeconds: 60, guardPercent: 10, guardPeople: 50 });
    const input = { name: 'Edited', settings: { ...settings, acceptsPeople: true, userFilter: '(&(objectClass=person)(mail=*))' } };
    const types = await store.eventsOf(async () => {
      expect(await editDirectory(scope, directoryId, input, 1)).to.deep.include({ version: 2, settings: input.settings });
      await editDirectory(scope, directoryId, input);
    });
    expect(types).to.deep.equal(['directory.edited']);
    const [event] = (await eventsOf(scope)).filter(({ type }) => type === 'directory.edited');
    expect(event!.details).to.deep.include({ after: { name: 'Edited', acceptsPeople: true, userFilter: input.settings.userFilter } });
    expect((await editDirectory(scope, directoryId, { name: 'Renamed', settings: input.settings })).name).to.equal('Renamed');
  });

  it('a token is replaced and revoked, each with its event', async () => {
    const { scope } = store;
    const { directoryId } = await add({ name: 'Tokens' });
    const types = await store.eventsOf(async () => {
      expect(await makeToken(scope, directoryId)).not.to.equal(await makeToken(scope, directoryId));
      await revokeToken(scope, directoryId);
      await revokeToken(scope, directoryId);
    });
    expect(types).to.deep.equal(['directory.token-made', 'directory.token-made', 'directory.token-revoked']);
    expect((await getDirectory(scope, directoryId)).hasToken).to.equal(false);
  });

  it('one that is removed is gone, and its name free', async () => {
    const { scope } = store;
    const { directoryId } = await add({ name: 'Gone' });
    expect(await store.eventsOf(() => removeDirectory(scope, directoryId))).to.deep.equal(['directory.removed']);
    await store.refused('not_found', () => getDirectory(scope, directoryId));
    await add({ name: 'Gone' });
  });

  it('where reading goes on is noted apart from what people edit', async () => {
    const { scope } = store;
    const { directoryId } = await add({ name: 'Read' });
    const [nextReadAt, nextWholeReadAt] = [new Date(1000), new Date(2000)];
    const note = (reading: Parameters<typeof noteReading>[2]) =>
      inTransaction(scope, (inside) => noteReading(inside, directoryId, reading));
    await note({ readCursor: 'c1', nextReadAt });
    await note({ nextWholeReadAt });
    await store.unchanged(() => note({}));
    expect(await getDirectory(scope, directoryId)).to.deep.include({ readCursor: 'c1', nextReadAt, nextWholeReadAt, version: 1 });
    await note({ readCursor: null });
    expect((await getDirectory(scope, directoryId)).readCursor).to.equal(undefined);
    expect((await inTransaction(scope, (inside) => lockDirectory(inside, directoryId))).name).to.equal('Read');
  });

  it('what is refused, by code, with nothing written', async () => {
    const { scope } = store;
    const { directoryId } = await add({ name: 'Refused' });
    await add({ name: 'Taken' });
    const foreign = (await addDirectory(store.other, { name: 'Foreign' })).directory.directoryId;
    const cases: Refusals = [
      ['invalid_input', () => addDirectory(scope, { name: ' ' })],
      ['invalid_input', () => addDirectory(scope, { name: 'x'.repeat(101) })],
      ['invalid_input', () => addDirectory(scope, { name: 'two\nlines' })],
      ['directory_name_taken', () => addDirectory(scope, { name: 'TAKEN' })],
      ['directory_name_taken', () => editDirectory(scope, directoryId, { name: 'taken' })],
      ['changed_meanwhile', () => editDirectory(scope, directoryId, { name: 'New' }, 7)],
    ];
    for (const id of [unknownId, foreign, 'no-id'])
      for (const work of [
        () => getDirectory(scope, id),
        () => editDirectory(scope, id, { name: 'New' }),
        () => makeToken(scope, id),
        () => revokeToken(scope, id),
        () => removeDirectory(scope, id),
        () => inTransaction(scope, (inside) => lockDirectory(inside, id)),
      ])
        cases.push(['not_found', work]);
    for (const [code, work] of cases) await store.refused(code, work);
  });

  it('a fault in a setting names the setting', async () => {
    const faulty: [settings: object, faults: Record<string, string>][] = [
      [{ userFilter: 'objectClass=person' }, { 'settings.userFilter': 'fields.ldap_filter' }],
      [{ groupFilter: '(&(a=b)' }, { 'settings.groupFilter': 'fields.ldap_filter' }],
      [{ mapping: { email: 'not an attribute' } }, { 'settings.mapping.email': 'fields.ldap_attribute' }],
      [{ mapping: { customFields: { floor: '1a' } } }, { 'settings.mapping.customFields.floor': 'fields.ldap_attribute' }],
      [{ readEverySeconds: 1 }, { 'settings.readEverySeconds': 'fields.number_range' }],
      [{ guardPercent: 101 }, { 'settings.guardPercent': 'fields.number_range' }],
      [{ unheardOf: true }, { 'settings.unheardOf': 'fields.unknown' }],
    ];
    for (const [settings, faults] of faulty)
      expect(await store.refused('invalid_input', () => addDirectory(store.scope, { name: 'Faulty', settings }))).to.deep.equal(faults);
  });

  it('a company has at most fifty, also of those that are added at once', async () => {
    const { other } = store;
    const before = (await listDirectories(other)).length;
    for (let n = before; n < 48; n++) await addDirectory(other, { name: `Number ${n}` });
    const tries = await Promise.allSettled(Array.from({ length: 6 }, (_, n) => addDirectory(other, { name: `At once ${n}` })));
    expect(tries.filter(({ status }) => status === 'fulfilled')).to.have.length(2);
    await store.refused('directories_full', () => addDirectory(other, { name: 'One more' }));
  });

  it('each takes part in its caller’s transaction, and nothing is written without its event', async () => {
    const { scope } = store;
    const { directoryId } = await add({ name: 'Transaction' });
    await store.inOneTransaction((inside) => addDirectory(inside, { name: 'Inside' }));
    await store.inOneTransaction((inside) => editDirectory(inside, directoryId, { name: 'Inside' }));
    await store.inOneTransaction((inside) => makeToken(inside, directoryId));
    await store.inOneTransaction((inside) => revokeToken(inside, directoryId));
    await store.inOneTransaction((inside) => removeDirectory(inside, directoryId));
    expect((await getDirectory(scope, directoryId)).name).to.equal('Transaction');
  });

  it('an attribute fills a custom field that there is; one whose field has gone stays until somebody takes it out', async () => {
    const { scope } = store;
    const mapped = (...codes: string[]) => ({ mapping: { customFields: Object.fromEntries(codes.map((code) => [code, 'l'])) } });
    await store.refused('invalid_input', () => add({ name: 'Mapped', settings: mapped('room') }));
    const field = { label: 'Room', type: 'text' as const, options: [], isRequired: false, isPersonal: false };
    const { fieldId } = await createCustomField(scope, { code: 'room', ...field });
    const { directoryId } = await add({ name: 'Mapped', settings: mapped('room') });
    await inTransaction(scope, (inside) => removeCustomField(inside, fieldId));
    const edited = await editDirectory(scope, directoryId, { name: 'Mapped', settings: { ...mapped('room'), guardPeople: 7 } });
    expect(edited.settings).to.deep.include(mapped('room'));
    await store.refused('invalid_input', () => editDirectory(scope, directoryId, { name: 'Mapped', settings: mapped('room', 'desk') }));
  });

  it('no mapping begins to fill a field that goes', async () => {
    const { scope } = store;
    const define = async (code: string) =>
      (await createCustomField(scope, { code, label: code, type: 'text', options: [], isRequired: false, isPersonal: false })).fieldId;
    const { directoryId } = await add({ name: 'Meanwhile' });
    const second: Record<string, (settings: DirectoryInput['settings']) => Promise<unknown>> = {
      added: (settings) => add({ name: 'Late', settings }),
      edited: (settings) => editDirectory(scope, directoryId, { name: 'Meanwhile', settings }),
    };
    for (const [code, write] of Object.entries(second)) {
      const fieldId = await define(code);
      const late = await meanwhile(
        store,
        (inside) => inTransaction(inside, (same) => lockCustomFields(same).then(() => removeCustomField(same, fieldId))),
        () => write({ mapping: { customFields: { [code]: 'l' } } }),
      );
      expect(late, code).to.equal('invalid_input');
    }
  });

  it('filters and attributes that are not set are those of the kind', async () => {
    await createCustomField(store.scope, {
      code: 'floor',
      label: 'Floor',
      type: 'text',
      options: [],
      isRequired: false,
      isPersonal: false,
    });
    const { settings } = await add({ name: 'Defaults', settings: { mapping: { email: 'otherMailbox', customFields: { floor: 'l' } } } });
    expect(filtersOf('active-directory', settings).groupFilter).to.equal('(&(objectClass=group)(!(isCriticalSystemObject=TRUE)))');
    expect(filtersOf(undefined, settings)).to.deep.equal(filtersOf('openldap', settings));
    expect(attributesOf('active-directory', settings)).to.include({ email: 'otherMailbox', username: 'sAMAccountName' });
    expect(attributesOf('openldap', settings)).to.deep.include({ username: 'uid', customFields: { floor: 'l' } });
  });
});
