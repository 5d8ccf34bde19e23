import { expect } from 'chai';
import { planDeactivation } from '../../../../src/domain/people/planned-deactivations/index.ts';
import { changeStatus, findUserByLogin, getUser } from '../../../../src/domain/people/users/index.ts';
import { inTransaction } from '../../../../src/domain/scope.ts';
import { dayIn, startOfDay } from '../../../../src/platform/clock/index.ts';
import { enqueueJob } from '../../../../src/platform/jobs/index.ts';
import { movableClock } from '../../../support/clock.ts';
import { type Answer, Jar } from '../../../support/jar.ts';
import { eventually } from '../../../support/process.ts';
import { fillSignIn, passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

const zone = 'America/Sao_Paulo';
const day = 24 * 60;

describe('web/admin-console: temporary deactivation', () => {
  let server: TestServer;
  let ana: Jar;
  const { clock, now, wait, reset } = movableClock();
  beforeEach(async () => {
    reset();
    server = await startTestServer({ clock, jobs: true });
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', timeZone: zone }] });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
  });
  afterEach(() => server.close());

  const at = (path: string) => `${server.issuer}${path}`;
  const joao = async () => (await findUserByLogin(await server.scope(), 'jsilva'))!;
  /** Days from today in the company. */
  const inDays = (days: number) => dayIn(zone, new Date(now() + days * day * 60_000));
  const form = async (login = 'jsilva') => {
    const user = (await findUserByLogin(await server.scope(), login))!;
    return ana.form(await ana.get(at(`/admin/users/${user.userId}/temporary-deactivation`)), /temporary-deactivation$/);
  };
  const plan = async (startsOn: string, endsOn: string, description = ''): Promise<Answer> =>
    ana.submit(await form(), { startsOn, endsOn, description });
  const look = async () => {
    const { db } = await server.scope();
    await enqueueJob(db, 'follow-planned-deactivations', {});
    await eventually(async () => {
      const jobs = await db('graphile_worker._private_jobs').count({ n: '*' });
      expect(Number(jobs[0]!.n)).to.equal(0);
    });
  };
  /** To a minute after midnight in the company, so many days on. */
  const waitUntil = async (days: number) => {
    wait((startOfDay(zone, inDays(days)).getTime() - now()) / 60_000 + 1);
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana); // her session is over by then
  };
  const status = async () => (await joao()).status;
  const canSignIn = async () => {
    const jar = new Jar();
    const answer = await fillSignIn(jar, await jar.follow(at('/launchpad')), 'jsilva', passwords.joao);
    return answer.url.endsWith('/launchpad');
  };

  it('S120–S124: planned for tomorrow, shown on the page, in effect from midnight of the company, and over by itself', async () => {
    const shown = await plan(inDays(1), inDays(3), 'Holidays');
    expect(shown.text).to.contain('Holidays').and.to.contain('Edit deactivation');
    await look();
    expect(await status()).to.equal('activated');
    const phone = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    await waitUntil(1);
    await look();
    expect(await status()).to.equal('deactivated');
    expect((await phone.follow(at('/launchpad'))).text, 'signed out at once').to.contain('name="password"');
    expect(await canSignIn()).to.equal(false);
    const page = (await ana.get(at(`/admin/users/${(await joao()).userId}`))).text;
    expect(page).to.contain('has been deactivated since');
    await waitUntil(2);
    await look();
    expect([await status(), await canSignIn()]).to.deep.equal(['activated', true]);
    const scope = await server.scope();
    const events = await scope.db('audit_events').where({ reason: 'planned-deactivation' }).orderBy('event_id').pluck('type');
    expect(events).to.deep.equal(['user.deactivated', 'user.reactivated']);
    expect(await scope.db('planned_deactivations')).to.have.length(0);
  });

  it('S126: the end of a running period can be moved; S127: deleted, the person is back at once', async () => {
    await plan(inDays(0), inDays(1));
    await look();
    expect(await status()).to.equal('deactivated');
    const edited = await ana.submit(await form(), { endsOn: inDays(5), description: 'Longer' });
    expect(edited.text).to.contain('Longer');
    await waitUntil(2);
    await look();
    expect(await status(), 'still away').to.equal('deactivated');
    const removal = await ana.get(at(`/admin/users/${(await joao()).userId}/temporary-deactivation/remove`));
    expect((await ana.submit(ana.form(removal, /remove$/))).text).to.contain('Temporary deactivation deleted');
    expect([await status(), await canSignIn()]).to.deep.equal(['activated', true]);
  });

  it('S127: deleted before it begins, nothing happens', async () => {
    await plan(inDays(1), inDays(2));
    const removal = await ana.get(at(`/admin/users/${(await joao()).userId}/temporary-deactivation/remove`));
    await ana.submit(ana.form(removal, /remove$/));
    await waitUntil(1);
    await look();
    expect(await status()).to.equal('activated');
  });

  it('S121–S124: begins and ends at midnight of the company on a day of 23 hours', async () => {
    const timeZone = 'America/New_York';
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', timeZone }] });
    const scope = await server.scope();
    const { userId } = await joao();
    // clocks go forward on the second Sunday of March
    const year = new Date(now()).getUTCFullYear() + 1;
    const sunday = 8 + ((7 - new Date(Date.UTC(year, 2, 1)).getUTCDay()) % 7);
    const plan = {
      startsOn: `${year}-03-${String(sunday).padStart(2, '0')}`,
      endsOn: `${year}-03-${String(sunday + 1).padStart(2, '0')}`,
      description: '',
    };
    await inTransaction(scope, (inside) => planDeactivation(inside, userId, plan, timeZone));
    for (const [day, time, expected] of [
      [sunday, '04:59', 'activated'],
      [sunday, '05:00', 'deactivated'],
      [sunday + 1, '03:59', 'deactivated'],
      [sunday + 1, '04:00', 'activated'],
    ] as const) {
      wait((Date.parse(`${year}-03-${String(day).padStart(2, '0')}T${time}:00Z`) - now()) / 60_000);
      await look();
      expect(await status(), `${day} ${time}`).to.equal(expected);
    }
  });

  it('reactivated by hand before its end: the period is over, and another may be planned', async () => {
    await plan(inDays(0), inDays(3));
    await look();
    const { userId } = await joao();
    const page = await ana.get(at(`/admin/users/${userId}/reactivate`));
    const shown = await ana.submit(ana.form(page, /reactivate$/));
    expect(shown.text).to.not.contain('has been deactivated since').and.to.not.contain('Edit deactivation');
    expect(await (await server.scope()).db('planned_deactivations')).to.have.length(0);
    expect((await plan(inDays(1), inDays(2))).text).to.contain('saved');
  });

  it('overruled in another way, it is forgotten within a minute', async () => {
    await plan(inDays(0), inDays(3));
    await look();
    const scope = await server.scope();
    const { userId } = await joao();
    await changeStatus(scope, userId, 'reactivate');
    await look();
    expect(await scope.db('planned_deactivations')).to.have.length(0);
    expect(await status()).to.equal('activated');
  });

  it('a deactivation by hand in between wins: the end of the period gives nothing back', async () => {
    await plan(inDays(0), inDays(2));
    await look();
    const scope = await server.scope();
    const { userId } = await joao();
    for (const change of ['reactivate', 'deactivate'] as const) await changeStatus(scope, userId, change);
    await waitUntil(3);
    await look();
    expect((await getUser(scope, userId)).status).to.equal('deactivated');
  });

  it('refuses a past start, an end that is not after it, and an editor who saw an older period', async () => {
    for (const [start, end] of [
      [inDays(-1), inDays(1)],
      [inDays(1), inDays(1)],
      [inDays(2), inDays(1)],
      ['2026-02-30', inDays(9)],
    ]) {
      const answer = await plan(start!, end!);
      expect([answer.status, answer.text.includes('aria-invalid="true"')], `${start} ${end}`).to.deep.equal([422, true]);
    }
    await plan(inDays(1), inDays(2));
    const [mine, theirs] = [await form(), await form()];
    await ana.submit(mine, { endsOn: inDays(4) });
    const late = await ana.submit(theirs, { endsOn: inDays(6) });
    expect([late.status, late.text.includes('You changed this in another window')]).to.deep.equal([409, true]);
  });

  it('nobody plans themselves away, nor the last administrator who would be there', async () => {
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [
            { email: 'bia@acme.example', firstName: 'Bia', lastName: 'Reis', role: 'administrator', password: 'a long password of bia' },
          ],
        },
      ],
    });
    const anaId = (await findUserByLogin(await server.scope(), 'ana@acme.example'))!.userId;
    expect((await ana.follow(at(`/admin/users/${anaId}/temporary-deactivation`))).url, 'not offered').to.match(new RegExp(`${anaId}$`));
    const bia = await signedIn(server.baseUrl, 'bia@acme.example', 'a long password of bia');
    await ana.submit(await form('bia@acme.example'), { startsOn: inDays(1), endsOn: inDays(2) });
    const page = await bia.get(at(`/admin/users/${anaId}/temporary-deactivation`));
    const refused = await bia.submit(bia.form(page, /temporary-deactivation$/), { startsOn: inDays(1), endsOn: inDays(2) });
    expect([refused.status, refused.text.includes('last active administrator')]).to.deep.equal([409, true]);
  });
});
