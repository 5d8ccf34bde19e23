import { expect } from 'chai';
import { applyState, parseState } from '../../../../src/domain/administration/desired-state/index.ts';
import {
  approveRun,
  changeDirectory,
  findReadingPause,
  getRun,
  startRun,
} from '../../../../src/domain/administration/directory-runs/index.ts';
import { type Directory, type DirectoryInput, getDirectory } from '../../../../src/domain/people/directories/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { FakeDirectory, importAll, lastRun, readAgain, workOn } from '../../../support/directory-runs.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('directory runs: settings that change under a plan', () => {
  const store = useStore();
  let scope: Scope;
  before(() => {
    scope = store.scope;
  });

  const withSettings = async (directory: Directory, settings: NonNullable<DirectoryInput['settings']>): Promise<DirectoryInput> => {
    const { name, settings: kept } = await getDirectory(scope, directory.directoryId);
    return { name, settings: { ...kept, ...settings } };
  };

  /** A filter that matches nobody was read, and its run waits. */
  async function stopped() {
    const fake = new FakeDirectory();
    const people = Array.from({ length: 12 }, (_, n) => fake.person(`Planned${n} ${crypto.randomUUID().slice(0, 8)}`));
    const directory = await importAll(scope, fake);
    await changeDirectory(scope, directory.directoryId, await withSettings(directory, { userFilter: '(department=none)' }));
    fake.people = [];
    const run = await readAgain(scope, directory, fake, true);
    expect(run).to.include({ state: 'stopped', stopReason: 'nobody-found' });
    fake.people = people;
    return { fake, directory, run };
  }

  const mends: [what: string, mend: (directory: Directory) => Promise<unknown>][] = [
    [
      'the filter is the default again',
      async (directory) =>
        changeDirectory(scope, directory.directoryId, await withSettings(directory, { userFilter: undefined })).then(
          ({ version }) => version,
        ),
    ],
    [
      'the mapping is another',
      async (directory) =>
        changeDirectory(scope, directory.directoryId, await withSettings(directory, { mapping: { department: 'ou', customFields: {} } })),
    ],
    [
      'the guard is another',
      async (directory) => changeDirectory(scope, directory.directoryId, await withSettings(directory, { guardPeople: 7 })),
    ],
    [
      'a file says another filter',
      ({ name }) =>
        applyState(scope, parseState({ contexts: [{ code: 'acme', directories: [{ name, settings: { userFilter: null } }] }] })),
    ],
  ];
  for (const [what, mend] of mends)
    it(`declines what waits when ${what}, and reads everything again`, async () => {
      const { fake, directory, run } = await stopped();
      const events = await store.eventsOf(() => mend(directory));
      expect(events).to.include.members(['directory.run-declined', 'directory.edited']);
      expect(await getRun(scope, run.runId)).to.include({ state: 'declined', fault: 'settings-changed' });
      await store.refused('directory_run_answered', () => approveRun(scope, run.runId));
      expect(await lastRun(scope, directory)).to.include({ state: 'waiting', isWhole: true });
      expect(await findReadingPause(scope, directory.directoryId)).to.equal(undefined);
      await workOn(scope, directory, fake);
      expect(fake.asked.at(-1)!.cursor).to.equal(undefined);
      const after = await lastRun(scope, directory);
      expect(after).to.include({ state: 'done' });
      expect(after.counts.people.leaving).to.equal(0);
    });

  it('leaves alone what waits when nothing changes of what it was planned by, or the change is refused', async () => {
    const { directory, run } = await stopped();
    await changeDirectory(scope, directory.directoryId, await withSettings(directory, { acceptsGroups: true, readEverySeconds: 90 }));
    const wrong = await withSettings(directory, { userFilter: '(department' });
    await store.refused('invalid_input', () => changeDirectory(scope, directory.directoryId, wrong));
    const stale = await withSettings(directory, { userFilter: undefined });
    await store.refused('changed_meanwhile', () => changeDirectory(scope, directory.directoryId, stale, 1));
    await store.refused('not_found', () => changeDirectory(store.other, directory.directoryId, stale));
    expect(await getRun(scope, run.runId)).to.include({ state: 'stopped' });
  });

  it('gives up a reading that is under way, whose answer comes by the old settings', async () => {
    const fake = new FakeDirectory();
    fake.person('Midway Person');
    const directory = await importAll(scope, fake);
    const runId = await startRun(scope, directory.directoryId, { purpose: 'sync', isWhole: true });
    const changed = await withSettings(directory, { userFilter: '(mail=*)' });
    fake.beforeBatch = async () => {
      fake.beforeBatch = () => {};
      await changeDirectory(scope, directory.directoryId, changed);
    };
    await workOn(scope, directory, fake);
    expect(await getRun(scope, runId)).to.include({ state: 'declined', total: 0 });
    await workOn(scope, directory, fake);
    expect(fake.asked.at(-1)!.userFilter).to.equal('(mail=*)');
    expect(await lastRun(scope, directory)).to.include({ state: 'done' });
  });
});
