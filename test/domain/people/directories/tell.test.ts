import { expect } from 'chai';
import {
  addDirectory,
  type Directory,
  noteDirectoryState,
  tellOfAway,
  tellOfAwayDirectories,
  tellOfStop,
} from '../../../../src/domain/people/directories/index.ts';
import type { ContextId } from '../../../../src/domain/scope.ts';
import { createLog } from '../../../../src/platform/log/index.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/people/directories: mails to administrators', () => {
  const store = useStore();
  let count = 0;
  const kinds = ['directory_away', 'directory_back', 'directory_stopped'];
  before(async () => {
    await store.person({ role: 'administrator' });
    await store.person();
  });
  const add = async () => (await addDirectory(store.scope, { name: `Directory ${++count}` })).directory;
  const note = ({ directoryId }: Directory, isUp: boolean) =>
    noteDirectoryState(store.scope, directoryId, isUp ? { isUp } : { isUp, reason: 'no-agent' });
  const look = () => {
    const { db, clock } = store.scope;
    const scopeOf = (contextId: ContextId) => ({ ...store.scope, contextId });
    return tellOfAwayDirectories.run({ db, clock, log: createLog('silent'), scopeOf });
  };
  /** @returns which mails each administrator got of this directory, in order */
  const mailsOf = async ({ name }: Directory) => {
    const mails = (await store.queued('deliver-mail')).filter(
      ({ mail, params }) => kinds.includes(String(mail)) && (params as { directory: string }).directory === name,
    );
    const administrators = await store.scope
      .db('users')
      .where({ context_id: store.scope.contextId, role: 'administrator', status: 'activated' });
    const by = Map.groupBy(mails, ({ to }) => to);
    if (mails.length > 0) expect([...by.keys()]).to.have.members(administrators.map(({ email }) => email));
    return [...by.values()][0]?.map(({ mail }) => mail) ?? [];
  };

  it('of a directory that is away for a quarter of an hour there is one, and one when it is back', async () => {
    const directory = await add();
    await note(directory, true);
    await note(directory, false);
    store.wait(14);
    await look();
    expect(await mailsOf(directory)).to.deep.equal([]);
    store.wait(2);
    for (let n = 0; n < 3; n++) await look();
    expect(await mailsOf(directory)).to.deep.equal(['directory_away']);
    store.wait(3 * 24 * 60);
    await look();
    expect(await mailsOf(directory), 'nobody hears it twice').to.deep.equal(['directory_away']);
    await note(directory, true);
    await look();
    expect(await mailsOf(directory)).to.deep.equal(['directory_away', 'directory_back']);
  });

  it('of one that is back sooner, or was never reached, there is none', async () => {
    const [directory, unset] = [await add(), await add()];
    await note(directory, true);
    await note(unset, false);
    for (let n = 0; n < 3; n++) {
      await note(directory, false);
      store.wait(10);
      await look();
      await note(directory, true);
      store.wait(10);
      await look();
    }
    expect([await mailsOf(directory), await mailsOf(unset)]).to.deep.equal([[], []]);
  });

  it('of one that comes and goes there is one a day, and it is not forgotten', async () => {
    const directory = await add();
    await note(directory, true);
    for (let n = 0; n < 6; n++) {
      await note(directory, false);
      store.wait(20);
      await look();
      await note(directory, true);
      store.wait(20);
    }
    expect(await mailsOf(directory)).to.deep.equal(['directory_away', 'directory_back']);
    await note(directory, false);
    store.wait(24 * 60);
    await look();
    expect(await mailsOf(directory)).to.deep.equal(['directory_away', 'directory_back', 'directory_away']);
  });

  it('of runs that wait for an answer there is one a day for each directory', async () => {
    const [directory, other] = [await add(), await add()];
    const stop = ({ directoryId }: Directory) => tellOfStop(store.scope, directoryId, { changes: 9, leaving: 3 });
    for (let n = 0; n < 3; n++) await stop(directory);
    await stop(other);
    expect([await mailsOf(directory), await mailsOf(other)]).to.deep.equal([['directory_stopped'], ['directory_stopped']]);
    store.wait(24 * 60);
    await stop(directory);
    expect(await mailsOf(directory)).to.deep.equal(['directory_stopped', 'directory_stopped']);
    await store.refused('not_found', () => tellOfStop(store.other, directory.directoryId, { changes: 1, leaving: 1 }));
    await store.refused('not_found', () => tellOfAway(store.other, directory.directoryId));
    await store.refused('not_found', () => tellOfAway(store.scope, unknownId as never));
  });

  it('each takes part in its caller’s transaction', async () => {
    const directory = await add();
    await note(directory, true);
    await note(directory, false);
    store.wait(20);
    await store.scope.db
      .transaction(async (db) => {
        const inside = { ...store.scope, db } as never;
        await tellOfStop(inside, directory.directoryId, { changes: 1, leaving: 0 });
        await tellOfAway(inside, directory.directoryId);
        await db.rollback();
      })
      .catch(() => {});
    expect(await mailsOf(directory)).to.deep.equal([]);
  });
});
