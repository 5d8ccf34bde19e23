import { expect } from 'chai';
import { createGroup, findGroupByName } from '../../src/domain/people/groups/index.ts';
import { listEvents } from '../../src/domain/records/audit/index.ts';
import { inTransaction, type Scope, useCase } from '../../src/domain/scope.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

describe('domain/scope: transactions', () => {
  let server: TestServer;
  let scope: Scope;
  before(async () => {
    server = await startTestServer();
    scope = await server.scope();
  });
  after(() => server.close());

  const failing = useCase(async (inside, name: string) => {
    await createGroup(inside, { name });
    throw new Error('later');
  });
  const refused = (work: Promise<unknown>) =>
    work.then(
      () => expect.fail('it went through'),
      (error) => expect(error.message).to.equal('later'),
    );
  const created = async (name: string) =>
    (await listEvents(scope, { type: 'group.created' })).items.filter(({ subjectName }) => subjectName === name).length;

  it('a use case of use cases is one transaction: the group, its event and all else stand or fall together', async () => {
    await refused(failing(scope, 'Fell'));
    expect([await findGroupByName(scope, 'Fell'), await created('Fell')]).to.deep.equal([undefined, 0]);
    await createGroup(scope, { name: 'Stands' });
    expect([(await findGroupByName(scope, 'Stands'))?.name, await created('Stands')]).to.deep.equal(['Stands', 1]);
  });

  it('a use case takes part in the transaction of its caller, and opens none of its own', async () => {
    await refused(
      inTransaction(scope, async (inside) => {
        await createGroup(inside, { name: 'Part' });
        expect((await findGroupByName(inside, 'Part'))?.name).to.equal('Part');
        expect(await findGroupByName(scope, 'Part'), 'nobody else sees it yet').to.equal(undefined);
        throw new Error('later');
      }),
    );
    expect(await findGroupByName(scope, 'Part')).to.equal(undefined);
  });

  it('a transaction inside another one is a savepoint: what fails in it undoes only its own part', async () => {
    await inTransaction(scope, async (inside) => {
      await createGroup(inside, { name: 'Before' });
      await refused(inTransaction(inside, (again) => failing(again, 'Undone')));
      await createGroup(inside, { name: 'After' });
    });
    const found = await Promise.all(['Before', 'Undone', 'After'].map(async (name) => (await findGroupByName(scope, name))?.name));
    expect(found).to.deep.equal(['Before', undefined, 'After']);
  });
});
