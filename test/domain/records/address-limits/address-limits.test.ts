import { expect } from 'chai';
import {
  AddressLimits,
  type LimitKind,
  limitKinds,
  type Place,
  sweepAddressCounts,
} from '../../../../src/domain/records/address-limits/index.ts';
import { closeRefusals, listHeldBack } from '../../../../src/domain/records/refusals/index.ts';
import { inTransaction, type Scope, type UserId } from '../../../../src/domain/scope.ts';
import { AppError } from '../../../../src/platform/errors/index.ts';
import { addressMatcher } from '../../../../src/platform/net/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { pause, until } from '../../../support/patience.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/records/address-limits', () => {
  const store = useStore();
  const refused: LimitKind[] = [];
  const settings = { wrong: 5, mails: 3, isShared: addressMatcher(['192.0.2.0/24']) };
  const limitsOfProcess = (own = settings) => new AddressLimits(own, (kind) => refused.push(kind));
  const from = ({ ip }: Place): Scope => ({ ...store.scope, actor: { kind: 'anonymous', name: '', ip } });
  let last = 0;
  const fresh = (): Place => ({ ip: `198.51.${++last}.7` });

  /** @returns `wrong`, or the code it was refused with */
  const guess = (limits: AddressLimits, place: Place, kind: LimitKind = 'sign-in', isWrong = true): Promise<string> =>
    limits
      .attempt(
        from(place),
        kind,
        place,
        async () => (isWrong ? 'wrong' : 'right'),
        () => isWrong,
      )
      .catch((error: AppError) => error.code);
  /** How many of those that are tried one after the other are looked at. */
  async function lookedAt(limits: AddressLimits, places: Place[], kind: LimitKind = 'sign-in'): Promise<number> {
    let n = 0;
    for (const place of places) if ((await guess(limits, place, kind)) === 'wrong') n++;
    return n;
  }

  for (const kind of limitKinds)
    it(`${kind}: as many as the setting says within ten minutes, each kind for itself`, async () => {
      const [limits, place] = [limitsOfProcess(), fresh()];
      const most = kind === 'recovery' || kind === 'registration' ? settings.mails : settings.wrong;
      expect(await lookedAt(limits, Array(20).fill(place), kind)).to.equal(most);
      for (const other of limitKinds.filter((one) => one !== kind)) expect(await guess(limits, place, other), other).to.equal('wrong');
      store.wait(9);
      expect(await guess(limits, place, kind)).to.equal('too_many_attempts');
      store.wait(2);
      expect(await guess(limits, place, kind)).to.equal('wrong');
    });

  it('a read that is answered late takes nothing back of what was counted meanwhile', async () => {
    const [limits, place] = [limitsOfProcess(), fresh()];
    const scope = from(place);
    await inTransaction(scope, async (late) => {
      await late.db.raw('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      await late.db.raw('SELECT FROM address_counts');
      // the read stands behind this on the connection, and sees the store as it was
      const [, read] = [late.db.raw('SELECT pg_sleep(0.5)').then(), limits.check(late, 'sign-in', place)];
      for (let n = 0; n < settings.wrong; n++) await limits.count(scope, 'sign-in', place);
      await read;
    });
    expect(limits.findRefusal(scope.contextId, 'sign-in', place, store.scope.clock.now())?.code).to.equal('too_many_attempts');
  });

  it('an IPv6 network of 64 bits is one address; a network of 48 bits, and 24 of IPv4, may send ten times as much', async () => {
    const limits = limitsOfProcess();
    expect(
      await lookedAt(
        limits,
        Array.from({ length: 9 }, (_, n) => ({ ip: `2001:db8:1:1::${n + 1}` })),
      ),
    ).to.equal(5);
    expect(
      await lookedAt(
        limits,
        Array.from({ length: 80 }, (_, n) => ({ ip: `2001:db8:1:${n + 2}::1` })),
      ),
      '/48',
    ).to.equal(45);
    expect(await guess(limits, { ip: '2001:db8:2:1::1' }), 'another /48').to.equal('wrong');
    expect(
      await lookedAt(
        limits,
        Array.from({ length: 80 }, (_, n) => ({ ip: `203.0.113.${n + 1}` })),
      ),
      '/24',
    ).to.equal(50);
    expect(await guess(limits, { ip: '203.0.114.1' }), 'another /24').to.equal('wrong');
  });

  it('an address that many share may send ten times as much; 0 is no limit', async () => {
    expect(await lookedAt(limitsOfProcess(), Array(80).fill({ ip: '192.0.2.1' }))).to.equal(50);
    expect(await lookedAt(limitsOfProcess({ ...settings, wrong: 0 }), Array(80).fill(fresh()))).to.equal(80);
  });

  it('a known browser stands on a count of its person, whatever its address does', async () => {
    const [limits, { ip }] = [limitsOfProcess(), fresh()];
    const knownAs = unknownId as UserId;
    expect(await lookedAt(limits, Array(9).fill({ ip }))).to.equal(5);
    expect(await lookedAt(limits, Array(9).fill({ ip, knownAs }))).to.equal(5);
    expect(await guess(limits, { ...fresh(), knownAs }), 'from elsewhere, too').to.equal('too_many_attempts');
  });

  it('what is given back of a window that is over takes nothing off the next one', async () => {
    const [limits, place] = [limitsOfProcess(), fresh()];
    const own = { ...place, naming: 'jsilva' };
    expect(await lookedAt(limits, [own, own, own])).to.equal(3);
    store.wait(11);
    expect(await lookedAt(limits, Array(3).fill(place)), 'of others').to.equal(3);
    await limits.giveBack(from(place), 'sign-in', own);
    expect(await lookedAt(limits, Array(9).fill(place))).to.equal(2);
  });

  it('right ones count nothing, wrong ones that are given back neither', async () => {
    const [limits, place] = [limitsOfProcess(), fresh()];
    for (let n = 0; n < 20; n++) expect(await guess(limits, place, 'sign-in', false)).to.equal('right');
    const [own, other] = [
      { ...place, naming: 'jsilva' },
      { ...place, naming: 'ana@acme.example' },
    ];
    expect(await lookedAt(limits, [own, own, other, own])).to.equal(4);
    for (let n = 0; n < 3; n++) await limits.giveBack(from(place), 'sign-in', own);
    await limits.giveBack(from(place), 'sign-in', { ...fresh(), naming: other.naming });
    expect(await lookedAt(limits, Array(9).fill(place)), 'the guesses at somebody else stay counted').to.equal(4);
    expect(JSON.stringify(await store.scope.db('address_counts').pluck('holder'))).not.to.contain('jsilva');
    const failing = limits.attempt(
      from(place),
      'recovery',
      place,
      () => Promise.reject(new Error('away')),
      () => true,
    );
    expect(await failing.catch(({ message }: Error) => message)).to.equal('away');
    expect(await lookedAt(limits, Array(9).fill(place), 'recovery'), 'what failed').to.equal(3);
  });

  it('what one process gives back is known to another that refuses, after a while', async () => {
    const place = { ...fresh(), naming: 'ana@acme.example' };
    const [one, other] = [limitsOfProcess(), new AddressLimits(settings, () => {}, { count: 0, usedUp: 200 })];
    await lookedAt(one, Array(settings.wrong).fill(place));
    expect(await guess(other, place)).to.equal('too_many_attempts');
    await one.giveBack(from(place), 'sign-in', place);
    expect(other.findRefusal(store.scope.contextId, 'sign-in', place, store.scope.clock.now())?.code).to.equal('too_many_attempts');
    await pause(200);
    expect(other.findRefusal(store.scope.contextId, 'sign-in', place, store.scope.clock.now())).to.equal(undefined);
    expect(await guess(other, place)).to.equal('wrong');
  });

  it('giving back locks in the order of counting: the address before what was tried of it with one login', async () => {
    const [limits, place] = [limitsOfProcess(), { ...fresh(), naming: 'ana@acme.example' }];
    await guess(limits, place);
    const rows = (holder: string, how: string) => `SELECT FROM address_counts WHERE holder LIKE '${holder}' FOR UPDATE ${how}`;
    let given: Promise<void> | undefined;
    await inTransaction(from(place), async ({ db }) => {
      await db.raw(rows('at %.7', ''));
      given = limits.giveBack(from(place), 'sign-in', place);
      await until(
        async () => (await db.raw(`SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))`)).rows.length,
        'the wait of the one that gives back',
      );
      await db.raw(rows('% as %', 'NOWAIT'));
    });
    await given;
  });

  it('two processes share the counts, and one that starts knows what others counted', async () => {
    const [one, other, place] = [limitsOfProcess(), limitsOfProcess(), fresh()];
    expect(await lookedAt(one, Array(3).fill(place))).to.equal(3);
    expect(await lookedAt(other, Array(9).fill(place))).to.equal(2);
    expect(await guess(limitsOfProcess(), place)).to.equal('too_many_attempts');
    // the first has not looked since: it lets nothing through that is wrong
    expect(await guess(one, place)).to.equal('too_many_attempts');
  });

  it('parallel ones are no more than one after the other; right ones have to wait and all get through', async () => {
    const [limits, place, office] = [limitsOfProcess(), fresh(), fresh()];
    let looked = 0;
    const slow = (at: Place, isWrong: boolean) =>
      limits
        .attempt(
          from(at),
          'sign-in',
          at,
          async () => pause(10).then(() => void looked++),
          () => isWrong,
        )
        .then(
          () => 'looked at',
          ({ code }: AppError) => code,
        );
    const wrong = await Promise.all(Array.from({ length: 60 }, () => slow(place, true)));
    expect([looked, wrong.filter((one) => one === 'too_many_attempts').length]).to.deep.equal([5, 55]);
    const right = await Promise.all(Array.from({ length: 60 }, () => slow(office, false)));
    expect(new Set(right)).to.deep.equal(new Set(['looked at']));
  });

  it('once it is used up the store is not asked, and every refusal is told to the figures', async () => {
    const [limits, place] = [limitsOfProcess(), fresh()];
    await lookedAt(limits, Array(5).fill(place));
    const away = { ...from(place), db: new Proxy(store.scope.db, { get: () => expect.fail('asked'), apply: () => expect.fail('asked') }) };
    refused.length = 0;
    for (let n = 0; n < 100; n++) {
      const error = await limits
        .attempt(
          away,
          'sign-in',
          place,
          async () => expect.fail('done'),
          () => true,
        )
        .catch((one: unknown) => one);
      expect(error).to.be.instanceOf(AppError).and.have.property('retryAfterSeconds').that.is.within(1, 600);
    }
    expect(limits.findRefusal(store.scope.contextId, 'sign-in', place, store.scope.clock.now())).to.have.property('status', 429);
    expect(limits.findRefusal(store.other.contextId, 'sign-in', place, store.scope.clock.now()), 'at another company').to.equal(undefined);
    expect(refused).to.deep.equal(Array(101).fill('sign-in'));
  });

  it('one event an hour for an address at once, and one when the hour is over', async () => {
    const [limits, place] = [limitsOfProcess(), fresh()];
    const { ip } = place;
    const own = async () =>
      (await eventsOf(store.scope)).filter(({ type, details }) => type === 'address.held-back' && details.address === ip);
    await lookedAt(limits, Array(9).fill(place));
    store.wait(11);
    await lookedAt(limits, Array(9).fill(place));
    expect((await own()).length).to.be.within(1, 2); // an hour may have begun in between
    expect((await listHeldBack(store.scope, new Date(0), 100)).map(({ lastDetails }) => lastDetails.address)).to.include(ip);
    store.wait(75);
    await closeRefusals.run({
      db: store.scope.db,
      clock: store.scope.clock,
      log: { error: expect.fail } as never,
      scopeOf: () => store.scope,
    });
    expect((await own()).length).to.be.within(2, 3);
    await store.scope.db('address_counts').update({ since: new Date(Date.now() - 7_200_000) });
    expect(await sweepAddressCounts(store.scope.db)).to.be.greaterThan(0);
  });
});
