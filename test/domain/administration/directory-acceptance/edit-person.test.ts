import { expect } from 'chai';
import { editPerson, followHeldUp, linkEntry } from '../../../../src/domain/administration/directory-acceptance/index.ts';
import { createCustomField } from '../../../../src/domain/company/custom-fields/index.ts';
import { changeStatus, getUser } from '../../../../src/domain/people/users/index.ts';
import { addTestDirectory, entryOf, importEntries, importGone, personEntry } from '../../../support/directory-entries.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/administration/directory-acceptance: what is said here and there', () => {
  const store = useStore();

  it('what the directory says is not edited here; the same again, and what it does not say, is', async () => {
    const { scope } = store;
    for (const code of ['floor', 'shoe'])
      await createCustomField(scope, { code, label: code, type: 'number', options: [], isRequired: false, isPersonal: false });
    const directory = await addTestDirectory(scope, {
      acceptsPeople: true,
      mapping: { customFields: { floor: 'floor', shoe: 'shoeSize' } },
    });
    const entry = personEntry({ attributes: { givenname: ['Ana'], sn: ['Lima'], floor: ['7'] } });
    await importEntries(scope, directory, [entry]);
    const userId = (await entryOf(scope, directory, entry)).userId!;
    const refused = (changes: Parameters<typeof editPerson>[2]) =>
      store.refused('field_of_directory', () => editPerson(scope, userId, changes));
    expect(await refused({ firstName: 'Anna', lastName: 'Lima' })).to.have.all.keys('firstName');
    expect(await refused({ lastName: '', customFields: { floor: '8', shoe: '40' } })).to.have.all.keys('lastName', 'customFields.floor');
    expect(await refused({ customFields: { floor: '' } })).to.have.all.keys('customFields.floor');
    const after = await editPerson(scope, userId, {
      firstName: ' Ana ',
      lastName: 'Lima',
      department: 'Sales',
      role: 'administrator',
      customFields: { floor: '7', shoe: '40' },
    });
    expect(after).to.include({ firstName: 'Ana', department: 'Sales', role: 'administrator' });
    expect(Object.values(after.customValues).sort()).to.deep.equal([40, 7]);
    await store.inOneTransaction((inside) => editPerson(inside, userId, { department: 'Legal' }));
    const { userId: own } = await store.person();
    expect(await editPerson(scope, own, { firstName: 'Free' })).to.include({ firstName: 'Free' });
    await importGone(scope, directory, [entry]);
    expect(await editPerson(scope, userId, { firstName: 'Gone' }), 'it says nothing any more').to.include({ firstName: 'Gone' });
  });

  it('who was held up follows at the end of the next run, once nothing is in the way', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope, { acceptsPeople: true });
    const taken = await store.person();
    const [waits, changed] = [personEntry({ attributes: { mail: [taken.email!] } }), personEntry()];
    await importEntries(scope, directory, [waits, changed]);
    const other = await store.person();
    const wanted = { ...changed, attributes: { ...changed.attributes, mail: [other.email!] } };
    await importEntries(scope, directory, [wanted]);
    await store.unchanged(() => followHeldUp(scope, directory.directoryId));
    for (const { userId } of [taken, other]) await scope.db('users').where('user_id', userId).delete();
    await followHeldUp(scope, directory.directoryId);
    expect(await entryOf(scope, directory, waits)).to.include({ state: 'accepted', reason: undefined });
    expect(await entryOf(scope, directory, changed)).to.include({ state: 'accepted', reason: undefined });
    expect(await getUser(scope, (await entryOf(scope, directory, changed)).userId!)).to.include({ email: other.email });
  });

  it('the last administrator, who is gone there, goes when there is another', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope);
    const administrators = await scope
      .db('users')
      .where({ context_id: scope.contextId, role: 'administrator', status: 'activated' })
      .pluck('user_id');
    const last = await store.person({ role: 'administrator' });
    for (const userId of administrators) await changeStatus(scope, userId, 'deactivate');
    const entry = personEntry({ attributes: { mail: [last.email!] } });
    await importEntries(scope, directory, [entry]);
    await linkEntry(scope, directory.directoryId, entry.entryId, last.userId);
    await importGone(scope, directory, [entry]);
    expect(await entryOf(scope, directory, entry)).to.include({ reason: 'last-administrator' });
    await followHeldUp(scope, directory.directoryId);
    expect(await getUser(scope, last.userId)).to.include({ status: 'activated' });
    await store.person({ role: 'administrator' });
    await followHeldUp(scope, directory.directoryId);
    expect(await getUser(scope, last.userId)).to.include({ status: 'deactivated' });
  });
});
