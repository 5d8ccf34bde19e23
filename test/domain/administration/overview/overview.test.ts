import { expect } from 'chai';
import { startRun } from '../../../../src/domain/administration/directory-runs/index.ts';
import { overviewOf } from '../../../../src/domain/administration/overview/index.ts';
import { addDirectory, enrolAgent, noteDirectoryState, revokeAgent } from '../../../../src/domain/people/directories/index.ts';
import { changeStatus } from '../../../../src/domain/people/users/index.ts';
import { type NewEvent, recordAlone, sealEvents } from '../../../../src/domain/records/audit/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { FakeDirectory, linkDirectory, workOn } from '../../../support/directory-runs.ts';
import { publicKeys } from '../../../support/fake-agent.ts';
import { useStore } from '../../../support/use-cases.ts';

const dayMs = 86_400_000;
const zone = 'America/Sao_Paulo';
const thirtyDaysUntil = (last: string): string[] =>
  Array.from({ length: 30 }, (_, i) => new Date(Date.parse(last) - (29 - i) * dayMs).toISOString().slice(0, 10));
const succeeded: NewEvent = { type: 'sign-in.succeeded' };
const failed: NewEvent = { type: 'sign-in.failed', outcome: 'failure' };

describe('domain/administration/overview', () => {
  const store = useStore();
  /** The same scope at this time. */
  const at = (time: string | number, scope: Scope = store.scope): Scope => ({ ...scope, clock: { now: () => new Date(time) } });
  /** `n` events at this time, counted for the days of `timeZone`. */
  async function happened(event: NewEvent, time: string, n = 1, { scope = store.scope, timeZone = zone } = {}): Promise<void> {
    for (let i = 0; i < n; i++) await recordAlone(at(time, scope), event);
    await sealEvents(scope, timeZone);
  }
  const signInsOn = async (time: string, timeZone = zone) =>
    (await overviewOf(at(time), timeZone)).days.filter(({ signIns, failures }) => signIns + failures > 0);

  it('thirty days are shown, the oldest first and today last, those on which nothing happened among them', async () => {
    const { days } = await overviewOf(at('2031-03-01T12:00:00Z'), zone);
    expect(days.map(({ day }) => day)).to.deep.equal(thirtyDaysUntil('2031-03-01'));
    expect(days[0]).to.deep.equal({ day: '2031-01-31', signIns: 0, failures: 0 });
  });

  it('sign-ins and failures are counted each for themselves, and nothing else nor of another company', async () => {
    await happened(succeeded, '2031-05-10T12:00:00Z', 3);
    await happened(failed, '2031-05-10T12:00:00Z', 2);
    await happened(succeeded, '2031-05-12T12:00:00Z');
    await happened({ type: 'sign-out.completed' }, '2031-05-12T12:00:00Z');
    await happened(succeeded, '2031-05-12T12:00:00Z', 5, { scope: store.other });
    expect(await signInsOn('2031-05-12T13:00:00Z')).to.deep.equal([
      { day: '2031-05-10', signIns: 3, failures: 2 },
      { day: '2031-05-12', signIns: 1, failures: 0 },
    ]);
  });

  it('a sign-in is counted on its thirtieth day, and no more on the day after', async () => {
    await happened(succeeded, '2031-07-01T03:00:00Z');
    expect(await signInsOn('2031-07-31T02:59:59Z')).to.deep.equal([{ day: '2031-07-01', signIns: 1, failures: 0 }]);
    expect(await signInsOn('2031-07-31T03:00:00Z')).to.deep.equal([]);
  });

  it('days begin at the midnight of the company, not of the server', async () => {
    const timeZone = 'Pacific/Auckland';
    await happened(succeeded, '2031-08-10T11:59:59Z', 1, { timeZone });
    await happened(succeeded, '2031-08-10T12:00:00Z', 2, { timeZone });
    const days = await signInsOn('2031-08-10T12:00:00Z', timeZone);
    expect(days).to.deep.equal([
      { day: '2031-08-10', signIns: 1, failures: 0 },
      { day: '2031-08-11', signIns: 2, failures: 0 },
    ]);
  });

  it('a day of 23 or 25 hours is shown once, as any other', async () => {
    const timeZone = 'America/New_York';
    for (const [time, today] of [
      ['2031-03-10T04:30:00Z', '2031-03-10'],
      ['2031-11-03T04:30:00Z', '2031-11-02'],
    ] as const)
      expect((await overviewOf(at(time), timeZone)).days.map(({ day }) => day)).to.deep.equal(thirtyDaysUntil(today));
    await happened(succeeded, '2031-11-02T12:00:00Z', 1, { timeZone });
    expect(await signInsOn('2031-11-03T04:30:00Z', timeZone)).to.deep.equal([{ day: '2031-11-02', signIns: 1, failures: 0 }]);
  });

  it('people are counted by what became of them, administrators whatever it is', async () => {
    const before = await overviewOf(store.scope, zone);
    expect(before.people, 'of the starting state').to.deep.equal({ activated: 2, invited: 0, blocked: 0, deactivated: 0 });
    expect(before.administrators).to.equal(1);
    await store.person({ status: 'invited' });
    for (const change of ['block', 'deactivate', 'deactivate'] as const)
      await changeStatus(store.scope, (await store.person()).userId, change);
    const administrator = await store.person({ role: 'administrator' });
    await changeStatus(store.scope, administrator.userId, 'deactivate');
    const { people, administrators } = await overviewOf(store.scope, zone);
    expect(people).to.deep.equal({ activated: 2, invited: 1, blocked: 1, deactivated: 3 });
    expect(administrators).to.equal(2);
    const other = await overviewOf(store.other, zone);
    expect([other.people, other.administrators]).to.deep.equal([{ activated: 1, invited: 0, blocked: 0, deactivated: 0 }, 1]);
  });

  it('names directories that cannot be reached or wait for an answer, and no others', async () => {
    const troubled = async (scope = store.scope) =>
      (await overviewOf(scope, zone)).directories.map(({ directory, pause }) => [directory.name, pause?.reason]);
    const [away, stopped] = [await linkDirectory(store.scope), await linkDirectory(store.scope)];
    expect(await troubled()).to.deep.equal([]);
    await noteDirectoryState(store.scope, away.directoryId, { isUp: false, reason: 'no-agent' });
    const fake = new FakeDirectory();
    fake.person('Maria Luz');
    await startRun(store.scope, stopped.directoryId, { purpose: 'sync' });
    await workOn(store.scope, stopped, fake);
    expect(await troubled()).to.have.deep.members([
      [away.name, undefined],
      [stopped.name, 'waits-for-answer'],
    ]);
    expect(await troubled(store.other)).to.deep.equal([]);
  });

  it('names agents that enrolled within a week until they are revoked, the newest first, and none of another company', async () => {
    const now = Date.parse('2035-06-01T12:00:00Z');
    const newAt = async (time: number, scope = store.scope) =>
      (await overviewOf(at(time, scope), zone)).newAgents.map(({ directory, agent }) => [directory.name, agent.name]);
    const { directory, token } = await addDirectory(at(now - 8 * dayMs), { name: 'With agents' });
    const keys = publicKeys;
    const enrol = (name: string, days: number) =>
      enrolAgent(at(now - days * dayMs), { token, name, software: 'SmartSync 0.2.1', protocol: { major: 1, minor: 0 }, ...keys });
    await enrol('old', 8);
    await enrol('dc1', 6);
    const { agentId } = await enrol('dc2', 2);
    expect(await newAt(now)).to.deep.equal([
      [directory.name, 'dc2'],
      [directory.name, 'dc1'],
    ]);
    expect(await newAt(now, store.other)).to.deep.equal([]);
    await revokeAgent(store.scope, agentId);
    expect(await newAt(now)).to.deep.equal([[directory.name, 'dc1']]);
    expect(await newAt(now + 2 * dayMs)).to.deep.equal([]);
  });

  it('names a directory whose last import failed until one succeeds, and one that never could be used with its fault', async () => {
    const { scope } = store;
    const directory = await linkDirectory(scope);
    const found = async (name: string) => (await overviewOf(scope, zone)).directories.find((one) => one.directory.name === name);
    const fake = new FakeDirectory();
    fake.answers.push({ outcome: 'refused', reason: 'base-not-found' });
    await startRun(scope, directory.directoryId, { purpose: 'sync' });
    await workOn(scope, directory, fake);
    expect((await found(directory.name))?.failure).to.include({ state: 'failed', fault: 'base-not-found' });
    await startRun(scope, directory.directoryId, { purpose: 'sync' });
    expect((await found(directory.name))?.failure, 'while the next one is under way').to.include({ fault: 'base-not-found' });
    await workOn(scope, directory, fake);
    expect((await found(directory.name))?.failure).to.equal(undefined);
    const { directory: fresh } = await addDirectory(scope, { name: 'Never up' });
    expect(await found('Never up')).to.equal(undefined);
    await noteDirectoryState(scope, fresh.directoryId, { isUp: false, reason: 'base-not-found' });
    expect((await found('Never up'))?.directory).to.include({ unavailableReason: 'base-not-found' });
  });
});
