import { expect } from 'chai';
import type { UserId } from '../../../src/domain/scope.ts';
import type { Db } from '../../../src/platform/database/index.ts';
import { type Answer, Jar } from '../../support/jar.ts';
import { until } from '../../support/patience.ts';
import { totpCode } from '../../support/second-factor.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';
import { answerPasskey, createSoftwarePasskey } from '../../support/software-passkey.ts';

// What a thief has sent already, when the owner or an administrator ends the session: it waits for the person, and then finds that it is over.
describe('web/account: requests under way while access ends', () => {
  let server: TestServer;
  let thief: Jar;
  beforeEach(async () => {
    server = await startTestServer({ host: 'localhost' }); // a name: passkeys need one
    thief = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
  });
  afterEach(() => server.close());

  const at = (path: string) => `${server.issuer}/account${path}`;
  /** Sends a request while the person is held, and lets it go on once `change` is done. */
  /** Somebody waits for a lock. */
  async function isWaiting(): Promise<boolean> {
    const { db } = await server.scope();
    const sql = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    return (await db.raw(sql)).rows[0].n > 0;
  }

  async function during(request: () => Promise<Answer>, change: (db: Db, userId: UserId) => PromiseLike<unknown>): Promise<Answer> {
    const { db } = await server.scope();
    let answer: Promise<Answer> | undefined;
    await db.transaction(async (inside) => {
      const { user_id } = (await inside('users').where({ username_key: 'jsilva' }).forUpdate().first('user_id'))!;
      answer = request();
      // it waits for the lock, or the test shows nothing
      await until(isWaiting, 'who waits for the lock');
      await change(inside, user_id);
    });
    return answer!;
  }
  const endSessions = (db: Db, userId: UserId) => db('sessions').where({ user_id: userId }).update({ ended_at: new Date() });
  const deactivate = (db: Db, userId: UserId) => db('users').where({ user_id: userId }).update({ status: 'deactivated' });
  const stored = async () => {
    const { db } = await server.scope();
    return JSON.stringify([
      await db('passwords').orderBy('user_id'),
      await db('second_factors'),
      await db('recovery_codes').orderBy('code_hash'),
    ]);
  };

  for (const [ended, change] of [
    ['signed out elsewhere', endSessions],
    ['deactivated', deactivate],
  ] as const)
    it(`${ended}: no password, factor or code is changed`, async () => {
      const enrol = await thief.follow(at('/second-factors/new/totp'));
      const secret = /id="totp-secret">([^<]+)</.exec(enrol.text)![1]!;
      await thief.submit(thief.form(enrol, /second-factors\/new\/totp$/), { code: totpCode(secret), name: 'Phone' });
      const list = await thief.get(at('/second-factors'));
      const remove = thief.form(
        await thief.get(`${server.issuer}${/\/account\/second-factors\/[0-9a-f-]{36}\/remove/.exec(list.text)![0]}`),
        /remove$/,
      );
      const password = thief.form(await thief.get(at('/password')), /password$/);
      const codes = thief.form(list, /codes$/);
      const another = await thief.follow(at('/second-factors/new/totp'));
      const second = thief.form(another, /second-factors\/new\/totp$/);
      const secondSecret = /id="totp-secret">([^<]+)</.exec(another.text)![1]!;
      const passkeyPage = await thief.follow(at('/second-factors/new/passkey'));
      const attempts: [string, () => Promise<Answer>][] = [
        [
          'password',
          () =>
            thief.submit(password, {
              currentPassword: passwords.joao,
              newPassword: 'a thief chooses this',
              repeatPassword: 'a thief chooses this',
            }),
        ],
        ['app', () => thief.submit(second, { code: totpCode(secondSecret), name: 'Mine' })],
        ['passkey', () => answerPasskey(thief, passkeyPage, createSoftwarePasskey(server.baseUrl))],
        ['codes', () => thief.submit(codes)],
        ['removal', () => thief.submit(remove)],
      ];
      const { db } = await server.scope();
      const before = await stored();
      for (const [what, request] of attempts) {
        const answer = await during(request, change);
        expect(answer.status, what).to.equal(401);
        expect(await stored(), what).to.equal(before);
        // as it was, for the next one
        await db('sessions').update({ ended_at: null });
        await db('users').update({ status: 'activated' });
      }
    });

  it('a passkey that is taken away while it answers opens nothing', async () => {
    const passkey = createSoftwarePasskey(server.baseUrl);
    await answerPasskey(thief, await thief.follow(at('/second-factors/new/passkey')), passkey);
    const jar = new Jar();
    const page = await jar.follow(`${server.issuer}/sign-in`);
    const { db } = await server.scope();
    let answer: Promise<Answer> | undefined;
    await db.transaction(async (inside) => {
      await inside('second_factors').delete();
      answer = answerPasskey(jar, page, passkey);
      await until(isWaiting, 'who waits for the lock');
    });
    expect((await answer!).status).to.equal(422);
    expect((await jar.follow(`${server.issuer}/launchpad`)).text).to.contain('name="password"');
    // the form of a page that version 0.1 showed is refused in the same way, and not unknown
    const form = jar.form(page, /alone\/passkey$/);
    expect((await jar.submit({ ...form, action: form.action.replace('/alone/', '/') }, { passkey: '{}' })).status).to.equal(422);
  });
});
