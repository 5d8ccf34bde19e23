import { expect } from 'chai';
import type { EntryContent } from '../../../../src/domain/people/directory-entries/index.ts';
import { editPlan, findPlan, followPlan, planDeactivation, removePlan } from '../../../../src/domain/people/planned-deactivations/index.ts';
import { changeStatus, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { dayIn } from '../../../../src/platform/clock/index.ts';
import {
  addTestDirectory,
  entryOf,
  importEntries,
  importGone,
  personEntry,
  setDirectoryRules,
} from '../../../support/directory-entries.ts';
import { actingFor, type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

const zone = 'America/Sao_Paulo';
const minutesOfDay = 24 * 60;

describe('domain/people/planned-deactivations', () => {
  const store = useStore();
  const day = (fromToday: number) => dayIn(zone, new Date(store.scope.clock.now().getTime() + fromToday * minutesOfDay * 60_000));
  const period = (from: number, until: number, description = '') => ({ startsOn: day(from), endsOn: day(until), description });
  const plan = (user: User, from: number, until: number) => planDeactivation(store.scope, user.userId, period(from, until), zone);
  const statusOf = async ({ userId }: User) => (await getUser(store.scope, userId)).status;
  const follow = ({ userId }: User) => followPlan(store.scope, userId, zone);

  it('S120, S122, S123: begins and ends by itself, each once', async () => {
    const user = await store.person();
    const types = await store.eventsOf(async () => {
      await planDeactivation(store.scope, user.userId, period(1, 3, ' Leave '), zone);
      expect((await findPlan(store.scope, user.userId))?.description).to.equal('Leave');
      await follow(user);
      expect(await statusOf(user), 'not yet').to.equal('activated');
      store.wait(minutesOfDay);
      await Promise.all([follow(user), follow(user)]);
      expect(await statusOf(user)).to.equal('deactivated');
      store.wait(2 * minutesOfDay);
      await Promise.all([follow(user), follow(user)]);
    });
    expect(await statusOf(user)).to.equal('activated');
    expect(await findPlan(store.scope, user.userId)).to.equal(undefined);
    expect(types).to.deep.equal(['user.deactivation-planned', 'user.deactivated', 'user.reactivated']);
  });

  it('S121: a period that starts today has begun', async () => {
    const user = await store.person();
    await plan(user, 0, 1);
    await follow(user);
    expect(await statusOf(user)).to.equal('deactivated');
  });

  it('S126, S127: is edited before it begins, only its end afterwards, and removed, which gives access back', async () => {
    const user = await store.person();
    await plan(user, 1, 2);
    await editPlan(store.scope, user.userId, period(0, 5), 1, zone);
    await follow(user);
    const { startsOn } = (await findPlan(store.scope, user.userId))!;
    const { version } = (await findPlan(store.scope, user.userId))!;
    await editPlan(store.scope, user.userId, period(3, 7), version, zone);
    expect(await findPlan(store.scope, user.userId)).to.include({ startsOn, endsOn: day(7) });
    expect(await store.eventsOf(() => removePlan(store.scope, user.userId))).to.deep.equal([
      'user.reactivated',
      'user.deactivation-removed',
    ]);
    expect(await statusOf(user)).to.equal('activated');
  });

  it('S120: who was deactivated by hand in between stays so', async () => {
    const user = await store.person();
    await plan(user, 0, 1);
    await follow(user);
    await changeStatus(store.scope, user.userId, 'reactivate');
    await changeStatus(store.scope, user.userId, 'deactivate');
    store.wait(minutesOfDay);
    await follow(user);
    expect(await statusOf(user)).to.equal('deactivated');
    expect(await findPlan(store.scope, user.userId)).to.equal(undefined);
  });

  const ends: [how: string, end: (user: User) => Promise<unknown>][] = [
    [
      'ends',
      (user) => {
        store.wait(2 * minutesOfDay);
        return follow(user);
      },
    ],
    ['is removed', (user) => removePlan(store.scope, user.userId)],
  ];
  for (const [how, end] of ends)
    it(`who is disabled or gone in the directory when the period ${how} stays out, and comes back as they do there`, async () => {
      const directory = await addTestDirectory(store.scope, { acceptsPeople: true });
      const outs = [
        (entry: EntryContent) => importEntries(store.scope, directory, [{ ...entry, isEnabled: false }]),
        (entry: EntryContent) => importGone(store.scope, directory, [entry]),
      ];
      for (const out of outs) {
        const entry = personEntry();
        await importEntries(store.scope, directory, [entry]);
        const { userId } = await entryOf(store.scope, directory, entry);
        const user = await getUser(store.scope, userId!);
        await plan(user, 0, 2);
        await follow(user);
        await out(entry);
        await end(user);
        expect(await statusOf(user)).to.equal('deactivated');
        expect(await findPlan(store.scope, user.userId)).to.equal(undefined);
        await importEntries(store.scope, directory, [entry]);
        expect(await statusOf(user)).to.equal('activated');
      }
    });

  it('the directory keeps nobody out whose company does not want it, nor who is enabled there', async () => {
    const directory = await addTestDirectory(store.scope, { acceptsPeople: true });
    for (const stateFromDirectory of [false, true]) {
      await setDirectoryRules(store.scope, { stateFromDirectory });
      const entry = personEntry();
      await importEntries(store.scope, directory, [entry]);
      const user = await getUser(store.scope, (await entryOf(store.scope, directory, entry)).userId!);
      await plan(user, 0, 1);
      await follow(user);
      await importEntries(store.scope, directory, [{ ...entry, isEnabled: stateFromDirectory }]);
      store.wait(minutesOfDay);
      await follow(user);
      expect(await statusOf(user)).to.equal('activated');
    }
  });

  it('what does not fit is refused by code, with nothing written', async () => {
    const [user, blocked, invited, planned] = await Promise.all([
      store.person(),
      store.person(),
      store.person({ status: 'invited' }),
      store.person(),
    ]);
    await changeStatus(store.scope, blocked!.userId, 'block');
    await plan(planned!, 2, 4);
    const administrator = (await store.scope
      .db('users')
      .where({ context_id: store.scope.contextId, role: 'administrator' })
      .first('user_id'))!.user_id;
    const of = (id: string, input = period(1, 2)) => planDeactivation(store.scope, id, input, zone);
    const cases: Refusals = [
      ['invalid_input', () => of(user!.userId, period(-1, 2))],
      ['invalid_input', () => of(user!.userId, period(2, 2))],
      ['invalid_input', () => of(user!.userId, period(2, 1))],
      ['invalid_input', () => of(user!.userId, { ...period(1, 2), startsOn: '2026-02-30' })],
      ['invalid_input', () => of(user!.userId, { ...period(1, 2), endsOn: 'tomorrow' })],
      ['invalid_input', () => of(user!.userId, period(1, 2, 'x'.repeat(501)))],
      ['status_conflict', () => of(blocked!.userId)],
      ['status_conflict', () => of(invited!.userId)],
      ['status_conflict', () => of(planned!.userId)],
      ['last_administrator', () => of(administrator)],
      ['own_account', () => planDeactivation(actingFor(store.scope, user!), user!.userId, period(1, 2), zone)],
      ['own_account', () => removePlan(actingFor(store.scope, planned!), planned!.userId)],
      ['changed_meanwhile', () => editPlan(store.scope, planned!.userId, period(1, 2), 9, zone)],
      ['changed_meanwhile', () => editPlan(store.scope, user!.userId, period(1, 2), 1, zone)],
      ['changed_meanwhile', () => removePlan(store.scope, user!.userId)],
      ['invalid_input', () => editPlan(store.scope, planned!.userId, period(3, 3), 1, zone)],
    ];
    for (const id of [unknownId, await store.stranger(), 'no-id'])
      for (const work of [() => of(id), () => editPlan(store.scope, id, period(1, 2), 1, zone), () => removePlan(store.scope, id)])
        cases.push(['not_found', work]);
    for (const [code, work] of cases) await store.refused(code, work);
  });

  it('the write and its event stand or fall together', async () => {
    const [user, planned, begun] = [await store.person(), await store.person(), await store.person()];
    await plan(planned, 1, 2);
    await plan(begun, 0, 2);
    await store.inOneTransaction((scope) => planDeactivation(scope, user.userId, period(1, 2), zone));
    await store.inOneTransaction((scope) => editPlan(scope, planned.userId, period(1, 5), 1, zone));
    await store.inOneTransaction((scope) => removePlan(scope, planned.userId));
    await store.inOneTransaction((scope) => followPlan(scope, begun.userId, zone));
  });
});
