import { expect } from 'chai';
import {
  acceptEntries,
  linkEntry,
  putBackEntries,
  rejectEntries,
} from '../../../../src/domain/administration/directory-acceptance/index.ts';
import { findUserById, findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import {
  addTestDirectory,
  entryOf,
  groupEntry,
  importEntries,
  personEntry,
  setDirectoryRules,
} from '../../../support/directory-entries.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/administration/directory-acceptance: who waits', () => {
  const store = useStore();

  it('S16–S18: nobody is a person here before being accepted, and is Activated then', async () => {
    const { scope } = store;
    const directory = await addTestDirectory(scope);
    const ana = personEntry({ attributes: { givenname: ['Ana'], sn: ['Lima'], mail: ['ana.lima@example.com'], department: ['Sales'] } });
    await importEntries(scope, directory, [ana]);
    expect(await entryOf(scope, directory, ana)).to.include({ state: 'pending', reason: undefined, login: 'ana.lima@example.com' });
    expect(await findUserByLogin(scope, 'ana.lima@example.com')).to.equal(undefined);
    const types = await store.eventsOf(async () => {
      expect(await acceptEntries(scope, directory.directoryId, { entryIds: [ana.entryId] })).to.deep.equal({ done: 1, refused: [] });
    });
    expect(types).to.deep.equal(['user.created']);
    const user = await findUserByLogin(scope, 'Ana.Lima@example.com');
    expect(user).to.include({ firstName: 'Ana', lastName: 'Lima', department: 'Sales', status: 'activated', role: 'regular' });
    expect(await entryOf(scope, directory, ana)).to.include({ state: 'accepted', userId: user!.userId });
  });
});
