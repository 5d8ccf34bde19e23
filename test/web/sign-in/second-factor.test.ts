import { expect } from 'chai';
import { decodeJwt } from 'jose';
import { findApplicationByCode } from '../../../src/domain/applications/applications/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { forgetBrowsers } from '../../../src/domain/records/attempts/index.ts';
import { inTransaction } from '../../../src/domain/scope.ts';
import { totp } from '../../../src/domain/sign-in/credentials/totp/index.ts';
import { movableClock } from '../../support/clock.ts';
import { type Answer, Jar } from '../../support/jar.ts';
import { authorize, basic, exchange, token } from '../../support/oidc.ts';
import { setPolicy as setPolicyOf } from '../../support/policy.ts';
import { goOnFrom, setUpApp, totpCode } from '../../support/second-factor.ts';
import { clientSecret, fillSignIn, passwords, startTestServer, type TestServer } from '../../support/server.ts';

describe('web/sign-in: second factors', () => {
  let server: TestServer;
  /** Codes count once: each sign-in of a test comes a minute later. */
  const { clock, now, wait, reset } = movableClock();

  beforeEach(async () => {
    reset();
    server = await startTestServer({ clock });
  });
  afterEach(() => server.close());

  const setPolicy = (base: Record<string, unknown>, overrides: unknown[] = []) => setPolicyOf(server, base, overrides);
  /** What Payroll alone demands. */
  async function demandAtPayroll(secondFactor: Record<string, unknown>) {
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'payroll'))!;
    return { overrideId: '00000000-0000-4000-8000-000000000001', for: { kind: 'application', applicationId }, secondFactor };
  }
  const open = async (jar = new Jar()) => ({ jar, page: await jar.follow(`${server.issuer}/launchpad`) });
  /** Name and password; where that leads. */
  async function begin(login = 'jsilva', password = passwords.joao, jar = new Jar()): Promise<{ jar: Jar; page: Answer }> {
    const { page } = await open(jar);
    return { jar, page: await fillSignIn(jar, page, login, password) };
  }
  const answer = (jar: Jar, page: Answer, code: string, more: Record<string, string> = {}) =>
    jar.submit(jar.form(page, /second-factor$/), { code, ...more });
  const isIn = (page: Answer) => page.url.endsWith('/launchpad');
  /** João with an app. */
  async function enrolled() {
    await setPolicy({ secondFactor: { demand: 'required' } });
    const { jar, page } = await begin();
    const at = now();
    const { secret, shown, codes } = await setUpApp(jar, page, at);
    return { jar, secret, codes, used: totpCode(secret, at), page: await goOnFrom(jar, shown) };
  }

  it('required and missing: nothing else is reachable before one is set up; then the codes are shown once', async () => {
    await setPolicy({ secondFactor: { demand: 'required' } });
    const { jar, page } = await begin();
    expect(page.url).to.match(/\/enrol$/);
    expect(page.text).to.contain('Set up a second factor').and.to.contain('<svg').and.to.contain('otpauth://totp/');
    for (const path of ['/launchpad', '/account'])
      expect((await jar.follow(`${server.issuer}${path}`)).text, path).to.not.contain('Sign out');
    const wrong = await jar.submit(jar.form(page, /enrol$/), { code: '000000' });
    expect(wrong.status).to.equal(422);
    expect(wrong.text, 'the same QR code again').to.contain(/id="totp-secret">([^<]+)</.exec(page.text)![1]!);
    const { shown, codes } = await setUpApp(jar, wrong, now());
    expect(codes).to.have.length(10);
    expect(new Set(codes).size).to.equal(10);
    expect(isIn(await goOnFrom(jar, shown))).to.equal(true);
    const scope = await server.scope();
    expect(await scope.db('audit_events').where({ type: 'second-factor.enrolled' })).to.have.length(1);
    const stored = JSON.stringify(await scope.db('second_factors').select()) + JSON.stringify(await scope.db('recovery_codes').select());
    for (const code of codes) expect(stored).to.not.contain(code.replace('-', ''));
  });

  it('a session from before is asked when it becomes required, and an older one for the password again', async () => {
    const { jar, page } = await begin();
    expect(isIn(page)).to.equal(true);
    await setPolicy({ secondFactor: { demand: 'required' } });
    expect((await jar.follow(`${server.issuer}/launchpad`)).url, 'signed in just now').to.match(/\/enrol$/);
    wait(11);
    expect((await jar.follow(`${server.issuer}/launchpad`)).text).to.contain('name="password"');
  });

  it('a code counts once, three of them in a minute and a half, and a wrong one says what to do', async () => {
    const { secret, used: ofEnrolment } = await enrolled();
    const { jar, page } = await begin();
    expect(page.url).to.match(/\/second-factor$/);
    const used = await answer(jar, page, ofEnrolment);
    expect(used.text, 'the one of the enrolment').to.contain('Wait for the next one');
    wait(1);
    const code = totpCode(secret, now());
    const done = await answer(jar, used, code);
    expect(isIn(done)).to.equal(true);
    const again = await begin();
    expect((await answer(again.jar, again.page, code)).status, 'replayed').to.equal(422);
    wait(1);
    expect(isIn(await answer(again.jar, again.page, totpCode(secret, now() - 30_000))), 'a phone that is late').to.equal(true);
  });

  it('a clock that was a day ahead, and is right again, keeps nobody out: told in the log', async () => {
    const warnings: { context: string; seconds: number }[] = [];
    server.app.services.log.warn = ((facts: (typeof warnings)[number]) => warnings.push(facts)) as typeof server.app.services.log.warn;
    const { secret } = await enrolled();
    for (const minutes of [24 * 60, 3]) {
      wait(minutes);
      const { jar, page } = await begin();
      expect(isIn(await answer(jar, page, totpCode(secret, now()))), `${minutes} minutes ahead`).to.equal(true);
      wait(-minutes);
      const code = totpCode(secret, now());
      const back = await begin();
      expect(isIn(await answer(back.jar, back.page, code)), 'the right time again').to.equal(true);
      const again = await begin();
      expect((await answer(again.jar, again.page, code)).status, 'replayed').to.equal(422);
      wait(2);
    }
    expect(warnings.map(({ context }) => context)).to.deep.equal(['acme', 'acme']);
    expect(warnings[0]!.seconds, 'a day').to.be.within(24 * 3600 - 90, 24 * 3600);
    expect(warnings[1]!.seconds, 'three minutes').to.be.within(90, 180);
  });

  it('a recovery code counts once, in any spelling; a new set ends the old one', async () => {
    const { codes } = await enrolled();
    const first = await begin();
    const other = await first.jar.get(`${first.page.url}?factor=recovery-code`);
    expect(other.text).to.contain('recovery code');
    expect(isIn(await answer(first.jar, other, ` ${codes[0]!.toLowerCase().replace('-', ' ')} `))).to.equal(true);
    const second = await begin();
    const form = await second.jar.get(`${second.page.url}?factor=recovery-code`);
    expect((await answer(second.jar, form, codes[0]!)).text).to.contain('each code works once');
    expect(isIn(await answer(second.jar, form, codes[1]!))).to.equal(true);
  });

  it('a factor that cannot answer just now, as a directory that is away: told so, with no guess counted', async () => {
    const { secret } = await enrolled();
    wait(16);
    const { prove } = totp;
    const { jar, page } = await begin();
    const before = await (await server.scope()).db('sign_in_attempts').pluck('failed');
    totp.prove = async () => ({ outcome: 'unavailable' });
    try {
      for (let i = 0; i < 12; i++) {
        const told = await answer(jar, page, '000000');
        expect(told.status).to.equal(503);
        expect(told.headers['retry-after']).to.match(/^\d+$/);
        expect(told.text).to.contain('can’t be checked right now').and.to.contain('name="code"');
      }
    } finally {
      totp.prove = prove;
    }
    const scope = await server.scope();
    expect(await scope.db('sign_in_attempts').pluck('failed')).to.deep.equal(before);
    expect(isIn(await answer(jar, page, totpCode(secret, now())))).to.equal(true);
  });

  it('answers that nothing can check block nobody, not even with a wrong one beside them while they wait', async () => {
    const { secret } = await enrolled();
    wait(16);
    const { prove } = totp;
    const { jar, page } = await begin();
    let goOn = () => {};
    const slow = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let asked = 0;
    let allAsked = () => {};
    const asking = new Promise<void>((resolve) => {
      allAsked = resolve;
    });
    totp.prove = async (...given) => {
      if (given[3].get('code') !== '111111') return prove(...given);
      if (++asked === 3) allAsked();
      await slow;
      return { outcome: 'unavailable' };
    };
    try {
      const waiting = [1, 2, 3].map(() => answer(jar, page, '111111'));
      await asking;
      // the password and three in flight: this is the fifth that was taken
      expect((await answer(jar, page, '000000')).status).to.equal(422);
      goOn();
      for (const { status } of await Promise.all(waiting)) expect(status).to.equal(503);
    } finally {
      goOn();
      totp.prove = prove;
    }
    expect(isIn(await answer(jar, page, totpCode(secret, now()))), 'nobody is blocked').to.equal(true);
  });

  it('codes are guessed on the same count as passwords: the limit blocks, and a right password gives no tries back', async () => {
    const { secret } = await enrolled();
    wait(16);
    const jar = new Jar();
    for (let i = 0; i < 2; i++) {
      const { page } = await begin('jsilva', passwords.joao, jar);
      await answer(jar, page, '123456');
    }
    const { page } = await begin('jsilva', passwords.joao, jar);
    expect(page.url, 'the fifth attempt was the password').to.match(/\/second-factor$/);
    const sixth = await answer(jar, page, totpCode(secret, now()));
    expect(sixth.status, 'the right code, and no attempt left').to.equal(422);
    expect((await begin('jsilva', passwords.joao)).page.text).to.contain('name="password"');
  });

  it('a browser is remembered for as long as the policy says, if the person wants it', async () => {
    const { secret } = await enrolled();
    await setPolicy({ secondFactor: { demand: 'required', rememberDays: 2 } });
    wait(1);
    const { jar, page } = await begin();
    expect(page.text).to.contain('for 2 days');
    expect(isIn(await answer(jar, page, totpCode(secret, now()), { remember: 'yes' }))).to.equal(true);
    const signOut = jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out$/);
    await jar.submit(signOut);
    expect(isIn((await begin('jsilva', passwords.joao, jar)).page), 'remembered').to.equal(true);
    expect((await begin()).page.url, 'another browser is not').to.match(/\/second-factor$/);
    wait(2 * 24 * 60 + 1);
    expect((await begin('jsilva', passwords.joao, jar)).page.url, 'two days later').to.match(/\/second-factor$/);
  });

  it('the second factor cannot be jumped over, nor a step be taken in another browser', async () => {
    await enrolled();
    const { jar, page } = await begin();
    const request = /sign-in\/([0-9a-f-]{36})/.exec(page.url)![1]!;
    for (const path of [`/sign-in/${request}`, `/sign-in/${request}/new-password`, `/sign-in/${request}/enrol`])
      expect((await jar.follow(`${server.issuer}${path}`)).url, path).to.match(/\/second-factor$/);
    expect((await new Jar().follow(`${server.issuer}/sign-in/${request}/second-factor`)).text).to.contain('name="password"');
  });

  it('RFC 9470: an application that asks gets a second factor, and acr and amr say honestly what there was', async () => {
    const { secret } = await enrolled();
    await setPolicy({ secondFactor: { demand: 'optional', rememberDays: 30 } });
    const ana = (await begin('ana@acme.example', passwords.ana)).jar;
    const mfa = 'https://refeds.org/profile/mfa';
    const claims = async (jar: Jar, acr: string | undefined) => {
      const { answer: page, code, verifier } = await authorize(server, jar, { scope: 'openid', acr_values: acr });
      return { page, claims: code ? decodeJwt((await exchange(server, code, verifier)).body.id_token) : undefined };
    };
    await server.apply({
      contexts: [
        { code: 'acme', name: 'Acme S.A.', applications: [{ code: 'payroll', name: 'Payroll', assignedTo: { groups: ['Everyone'] } }] },
      ],
    });
    const plain = (await claims(ana, undefined)).claims!;
    expect(plain).to.deep.include({ acr: 'https://refeds.org/profile/sfa', amr: ['pwd'] });
    const asked = await claims(ana, mfa);
    expect(asked.page.text, 'who has none sets one up').to.contain('Set up a second factor');

    wait(1);
    const { jar, page } = await begin();
    await answer(jar, page, totpCode(secret, now()));
    expect((await claims(jar, mfa)).claims)
      .to.deep.include({ acr: mfa })
      .and.to.have.property('amr')
      .that.includes.members(['pwd', 'otp', 'mfa']);
    await setPolicy({ secondFactor: { demand: 'off' } });
    expect((await claims(ana, mfa)).claims, 'off: voluntary, so honestly less').to.include({ acr: 'https://refeds.org/profile/sfa' });
  });

  it('a second factor that becomes required is required of refresh tokens, too', async () => {
    const jar = (await begin()).jar;
    const { code, verifier } = await authorize(server, jar, { scope: 'openid offline_access', prompt: 'consent' });
    const { body: tokens } = await exchange(server, code!, verifier);
    const refresh = (value: string) =>
      token(server.issuer, { grant_type: 'refresh_token', refresh_token: value }, basic('payroll', clientSecret));
    const again = await refresh(tokens.refresh_token);
    expect(again.status).to.equal(200);
    await setPolicy({ secondFactor: { demand: 'required' } });
    const refused = await refresh(again.body.refresh_token);
    expect(refused.status).to.equal(400);
    expect(refused.body.error).to.equal('invalid_grant');
    const next = await authorize(server, jar, { scope: 'openid' });
    expect(next.answer.text).to.contain('Set up a second factor');
  });

  it('everything is about one person: a colleague’s lapsed proof beside a session opens no enrolment, and the code is that of the session’s person', async () => {
    const { secret } = await enrolled();
    const payroll = await demandAtPayroll({ demand: 'required' });
    await setPolicy({ secondFactor: { demand: 'off' } }, [payroll]);
    wait(1);
    const { jar, page } = await begin();
    expect(isIn(page), 'off at the Launchpad').to.equal(true);
    const asked = (await authorize(server, jar, { scope: 'openid' })).answer;
    expect(asked.url).to.match(/second-factor$/);
    const request = asked.url.replace('/second-factor', '');
    const { fields } = jar.form(asked, /second-factor$/);
    const mixed = await jar.follow(request, {
      method: 'POST',
      form: { _csrf: fields._csrf!, login: 'ana@acme.example', password: passwords.ana },
    });
    const scope = await server.scope();
    await scope
      .db('passwords')
      .whereIn('user_id', scope.db('users').where({ email_key: 'ana@acme.example' }).select('user_id'))
      .update({ changed_at: clock.now() });
    const after = await jar.follow(request);
    expect(after.url, `${mixed.url} then`).to.match(/second-factor$/);

    // and My profile asks for what the person holds, though the company asks for nothing there
    for (const path of ['/email', '/password'])
      expect((await jar.follow(`${server.issuer}/account${path}`)).url, path).to.match(/second-factor$/);
    const list = await jar.get(`${server.issuer}/account/second-factors`);
    expect((await jar.submit(jar.form(list, /codes$/))).url).to.match(/second-factor$/);

    wait(1);
    const isBack = (url: string) => url.startsWith(server.redirectUri);
    const shown = jar.form(after, /second-factor$/);
    expect((await jar.submit(shown, { code: '000000' }, isBack)).status).to.equal(422);
    const failed = await scope.db('audit_events').where({ context_id: scope.contextId, reason: 'wrong-totp' });
    const joao = (await findUserByLogin(scope, 'jsilva'))!.userId;
    expect(failed.map(({ subject_id }) => subject_id)).to.deep.equal([joao]);
    const back = await jar.submit(shown, { code: totpCode(secret, now()) }, isBack);
    expect(new URL(back.location!).searchParams.get('code'), back.text.slice(0, 300)).to.not.equal(null);
  });

  for (const place of ['account', 'payroll'])
    it(`new browsers give who knows the password no guesses at the second factor (${place})`, async () => {
      await enrolled();
      wait(16);
      const overrides = place === 'payroll' ? [await demandAtPayroll({ demand: 'required', factors: ['totp'] })] : [];
      await setPolicy({ secondFactor: { demand: 'off' } }, overrides);
      for (let n = 0; n < 4; n++) {
        const { jar, page } = await begin();
        if (!isIn(page)) continue;
        const asked = place === 'account' ? await jar.follow(`${server.issuer}/account/password`) : (await authorize(server, jar)).answer;
        for (let code = 0; code < 4; code++) await answer(jar, asked, String(100_000 + n * 4 + code));
      }
      const { db } = await server.scope();
      expect(await db('audit_events').where({ type: 'sign-in.failed', reason: 'wrong-totp' })).to.have.length(5);
      expect(await db('users').where({ username: 'jsilva' }).first('status')).to.deep.equal({ status: 'blocked' });
    });

  it('a password alone gives no guesses at the second factor back', async () => {
    await enrolled();
    const payroll = await demandAtPayroll({ demand: 'required' });
    await setPolicy({ secondFactor: { demand: 'off' } }, [payroll]);
    const jar = new Jar();
    for (let round = 0; round < 4; round++) {
      const { page } = await begin('jsilva', passwords.joao, jar);
      if (!isIn(page)) break;
      const asked = (await authorize(server, jar, { scope: 'openid' })).answer;
      for (let i = 0; i < 2 && /second-factor$/.test(asked.url); i++) await answer(jar, asked, '000000');
      const out = await jar.get(`${server.issuer}/sign-out`);
      if (out.status === 200) await jar.submit(jar.form(out, /sign-out$/));
    }
    const scope = await server.scope();
    const wrong = await scope.db('audit_events').where({ reason: 'wrong-totp' });
    expect(wrong.length).to.be.at.most(5);
    expect((await findUserByLogin(scope, 'jsilva'))!.status).to.equal('blocked');
  });

  it('an app is required by kind: a session that is strong by another steps up', async () => {
    const { jar } = await enrolled();
    const payroll = await demandAtPayroll({ demand: 'required', factors: ['passkey'] });
    await setPolicy({}, [payroll]);
    expect((await authorize(server, jar, { scope: 'openid' })).code, 'at an address without passkeys').to.equal(null);
  });

  it('a factor that was added to a session is worth nothing once that has ended', async () => {
    const weak = new Jar();
    await begin('jsilva', passwords.joao, weak);
    await setPolicy({ secondFactor: { demand: 'required' } });
    const enrol = await weak.follow(`${server.issuer}/launchpad`);
    expect(enrol.url).to.match(/enrol$/);
    const { shown } = await setUpApp(weak, enrol, now());
    await (await server.scope()).db('sessions').update({ ended_at: clock.now() });
    expect((await goOnFrom(weak, shown)).text).to.contain('name="password"');
  });

  it('while somebody is blocked a known browser has its five attempts, and strangers prolong the block', async () => {
    await setPolicy({ lockout: { unblockAfterMinutes: 60, decayMinutes: 1 } });
    const owner = (await begin()).jar;
    for (let i = 0; i < 5; i++) await begin('jsilva', 'a wrong password');
    for (let i = 0; i < 5; i++) await begin('jsilva', 'a wrong password', owner);
    wait(2);
    expect(isIn((await begin('jsilva', passwords.joao, owner)).page), 'its own are used up').to.equal(false);
    wait(55);
    for (let i = 0; i < 5; i++) await begin('jsilva', 'a wrong password');
    wait(10);
    expect(isIn((await begin()).page), 'the hour began again').to.equal(false);
    wait(55);
    expect(isIn((await begin()).page)).to.equal(true);
  });

  it('S37: a stranger blocks the account and not its owner, who gets in at the first try in a known browser', async () => {
    const owner = (await begin()).jar;
    for (let i = 0; i < 5; i++) await begin('jsilva', 'a wrong password');
    const scope = await server.scope();
    expect((await findUserByLogin(scope, 'jsilva'))!.status).to.equal('blocked');
    expect((await begin()).page.text, 'a stranger with the right password').to.contain('name="password"');
    expect(isIn((await begin('jsilva', passwords.joao, owner)).page), 'the owner').to.equal(true);
    expect((await findUserByLogin(scope, 'jsilva'))!.status).to.equal('activated');
    for (let i = 0; i < 5; i++) await begin('jsilva', 'a wrong password');
    expect((await begin()).page.text, 'the strangers’ attempts stay used up').to.contain('name="password"');
  });

  it('a known browser has a limit of its own, after which it is a stranger’s', async () => {
    const owner = (await begin()).jar;
    await owner.submit(owner.form(await owner.get(`${server.issuer}/sign-out`), /sign-out$/));
    for (let i = 0; i < 5; i++) await begin('jsilva', 'a wrong password', owner);
    expect((await findUserByLogin(await server.scope(), 'jsilva'))!.status).to.equal('blocked');
    wait(16);
    expect((await begin('jsilva', passwords.joao, owner)).page.text, 'waiting does not help').to.contain('name="password"');
  });

  it('a block ends by itself where the company says so', async () => {
    await setPolicy({ lockout: { unblockAfterMinutes: 30 } });
    for (let i = 0; i < 5; i++) await begin('jsilva', 'a wrong password');
    wait(29);
    expect(isIn((await begin()).page)).to.equal(false);
    wait(2);
    expect(isIn((await begin()).page)).to.equal(true);
  });

  it('a browser that was remembered longer than the rules say today is asked again, and stays so', async () => {
    await setPolicy({ secondFactor: { demand: 'required', rememberDays: 30 } });
    const { jar, page } = await begin();
    const { secret, shown } = await setUpApp(jar, page, now());
    await goOnFrom(jar, shown);
    wait(1);
    const remember = async (answers: Record<string, string>) => {
      const { page: asked } = await begin('jsilva', passwords.joao, jar);
      return jar.submit(jar.form(asked, /second-factor$/), { code: totpCode(secret, now()), ...answers });
    };
    await jar.submit(jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out$/));
    await remember({ remember: 'yes' });
    await setPolicy({ secondFactor: { demand: 'required', rememberDays: 7 } });
    for (const days of [8, 15.5]) {
      wait(days * 1440);
      expect((await begin('jsilva', passwords.joao, jar)).page.url, `${days} days later`).to.match(/second-factor$/);
    }
  });

  for (const demand of ['optional', 'required'])
    it(`a browser that is forgotten while the password is verified stands in for nothing (${demand})`, async () => {
      const { secret } = await enrolled();
      await setPolicy({ secondFactor: { demand, rememberDays: 30 } });
      wait(1);
      const { jar, page } = await begin();
      expect(isIn(await answer(jar, page, totpCode(secret, now()), { remember: 'yes' }))).to.equal(true);
      await jar.submit(jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out$/));
      const scope = await server.scope();
      const { userId } = (await findUserByLogin(scope, 'jsilva'))!;
      const { hasher } = server.app.services;
      const verify = hasher.verify;
      hasher.verify = async (...args) => {
        const matches = await verify.apply(hasher, args);
        await inTransaction(scope, (inside) => forgetBrowsers(inside, userId));
        return matches;
      };
      expect(isIn((await begin('jsilva', passwords.joao, jar)).page)).to.equal(false);
      const alive = await scope.db('sessions').where({ user_id: userId, ended_at: null }).select('amr');
      expect(alive.filter(({ amr }) => !amr.includes('mfa'))).to.deep.equal([]);
    });

  it('staying signed in outlives a fresh proof, in the browser, too, and never the rules of today', async () => {
    await setPolicy({ session: { keepDays: 30 }, secondFactor: { demand: 'optional' } });
    const jar = new Jar();
    const kept = async (answers: Record<string, string>) => {
      const page = await jar.follow(`${server.issuer}/account/password`);
      const form = jar.form(page, /sign-in\//);
      const { setCookie } = await jar.get(form.action, { form: { ...form.fields, login: 'jsilva', password: passwords.joao, ...answers } });
      return Number(/portaria_session_acme=[^;]+;.*max-age=(\d+)/i.exec(setCookie.join('\n'))?.[1] ?? 0);
    };
    expect(await kept({ keep: 'yes' })).to.equal(30 * 86_400);
    wait(1440);
    expect(await kept({}), 'asked again by My profile').to.be.within(29 * 86_400 - 120, 29 * 86_400);
    wait(15);
    await setPolicy({ session: { keepDays: 2 }, secondFactor: { demand: 'optional' } });
    expect(await kept({})).to.equal(2 * 86_400);
    wait(15);
    await setPolicy({ session: { keepDays: 0 }, secondFactor: { demand: 'optional' } });
    expect(await kept({})).to.equal(0);
  });
});
