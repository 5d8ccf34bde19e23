import { expect } from 'chai';
import { eventsOf } from '../../support/audit.ts';
import { movableClock } from '../../support/clock.ts';
import { type Answer, Jar, send } from '../../support/jar.ts';
import { fillSignIn, passwords, startTestServer, type TestServer } from '../../support/server.ts';

const limits = { addressAttempts: 6, addressMails: 4, trustedProxies: ['127.0.0.1'] };

/** A way in which something can be tried out. Each try names somebody, or something, else. */
type EntryPoint = { most: number; isOfProgram?: true; guess(jar: Jar, n: number): Promise<Answer>; isRefused(answer: Answer): boolean };

describe('web/request: what an address may do', () => {
  let server: TestServer;
  const { clock, wait } = movableClock();
  before(async () => {
    server = await startTestServer({ clock, config: limits, host: 'localhost' });
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [{ username: 'rita', firstName: 'Rita', lastName: 'Lima', password: passwords.joao }],
          newAccounts: { selfRegistration: true, domains: ['acme.example'] },
          policy: { secondFactor: { demand: 'optional', factors: ['totp', 'passkey'] } },
        },
      ],
    });
  });
  after(() => server.close());

  const at = (ip: string) => new Jar((url, options) => send(url, { ...options, headers: { ...options?.headers, 'x-forwarded-for': ip } }));
  const form = async (jar: Jar, path: string, action: RegExp) => jar.form(await jar.follow(`${server.issuer}${path}`), action);
  const isError = ({ status }: Answer) => status === 422;

  const entryPoints: Record<string, EntryPoint> = {
    'sign-in': {
      most: 6,
      guess: async (jar, n) =>
        jar.submit(await form(jar, '/launchpad', /sign-in\//), { login: `person${n}`, password: 'Summer 2026 is here' }),
      isRefused: isError,
    },
    passkeys: {
      most: 6,
      async guess(jar, n) {
        const { fields } = await form(jar, '/launchpad', /sign-in\/[^/]+$/);
        const { action } = await form(jar, '/launchpad', /alone\/passkey$/);
        return jar.get(action, { form: { _csrf: fields._csrf!, answer: JSON.stringify({ id: `id${n}` }) } });
      },
      isRefused: isError,
    },
    recovery: {
      most: 4,
      guess: async (jar, n) => jar.submit(await form(jar, '/recovery', /recovery$/), { login: `person${n}@acme.example` }),
      isRefused: ({ status }) => status === 200,
    },
    registration: {
      most: 4,
      guess: async (jar, n) =>
        jar.submit(await form(jar, '/register', /register$/), { firstName: 'New', lastName: 'Person', email: `new${n}@acme.example` }),
      isRefused: ({ status }) => status === 200,
    },
    'codes of devices': {
      most: 6,
      guess: async (jar, n) => jar.submit(await form(jar, '/oidc/device', /oidc\/device/), { user_code: `BBBB-BBB${'BCDFGHJKLMNPQ'[n]}` }),
      isRefused: ({ status }) => status === 400,
    },
    'client secrets': {
      most: 6,
      isOfProgram: true,
      guess: (jar, n) =>
        jar.get(`${server.issuer}/oidc/token`, {
          form: { grant_type: 'client_credentials' },
          headers: { authorization: `Basic ${Buffer.from(`${n % 2 ? 'payroll' : `app${n}`}:secret${n}`).toString('base64')}` },
        }),
      isRefused: ({ status }) => status === 401,
    },
  };

  let last = 0;
  /** Of a network that no other test has. */
  const freshAddress = () => `198.51.${++last}.7`;

  for (const [name, { most, guess, isRefused, isOfProgram }] of Object.entries(entryPoints)) {
    it(`${name}: ${most} from one address, then 429 until the window is over; elsewhere one goes on`, async () => {
      const ip = freshAddress();
      for (let n = 0; n < most; n++) expect(isRefused(await guess(at(ip), n)), `${name} ${n}`).to.equal(true);
      const held = await guess(at(ip), most + 1);
      expect(held.status).to.equal(429);
      expect(Number(held.headers['retry-after'])).to.be.within(1, 600);
      if (isOfProgram) expect(JSON.parse(held.text)).to.have.property('error', 'invalid_client');
      else expect(held.text).to.match(/Too many/);
      expect(isRefused(await guess(at(freshAddress()), most + 2)), 'elsewhere').to.equal(true);
      wait(11);
      expect(isRefused(await guess(at(ip), most + 3)), 'eleven minutes later').to.equal(true);
    });
  }

  it('the page says it in three languages, and nothing is written for what is held back', async () => {
    const ip = freshAddress();
    for (let n = 0; n < 6; n++) await entryPoints['sign-in']!.guess(at(ip), n);
    const { db } = await server.scope();
    const written = async () => {
      const tables = ['page_failures', 'audit_events', 'refusal_counts', 'pending_requests', 'sign_in_attempts'];
      const counts = await Promise.all(tables.map(async (table) => Number((await db(table).count({ n: '*' }))[0]!.n)));
      return [...counts, Number((await db('address_counts').sum({ n: 'n' }))[0]!.n)];
    };
    const before = await written();
    for (const [language, words] of [
      ['en', 'Too many attempts'],
      ['es', 'Demasiados intentos'],
      ['pt-BR', 'Muitas tentativas'],
    ] as const) {
      const jar = new Jar((url, options) =>
        send(url, { ...options, headers: { ...options?.headers, 'x-forwarded-for': ip, 'accept-language': language } }),
      );
      const held = await entryPoints['sign-in']!.guess(jar, 7);
      expect(held.status).to.equal(429);
      expect(held.text).to.contain(words).and.to.contain(ip);
    }
    expect(await written()).to.deep.equal(before);
  });

  it('one event an hour for an address, on Home and in the figures', async () => {
    const ip = freshAddress();
    for (let n = 0; n < 8; n++) await entryPoints['sign-in']!.guess(at(ip), n);
    const events = (await eventsOf(await server.scope())).filter(
      ({ type, details }) => type === 'address.held-back' && details.address === ip,
    );
    expect(events.map(({ reason }) => reason)).to.deep.equal(['many-wrong-sign-ins']);
    const jar = at('203.0.113.200');
    await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'ana@acme.example', passwords.ana);
    expect((await jar.follow(`${server.issuer}/admin`)).text)
      .to.contain('Rate-limited addresses')
      .and.to.contain(ip);
    expect(await server.app.health.metrics()).to.match(/portaria_held_back_total\{kind="sign-in"\} [1-9]/);
  });

  it('a browser that signed in before goes on behind the address, on a count of its own', async () => {
    const ip = freshAddress();
    const own = at(ip);
    const signIn = async (password: string) => {
      own.cookies.forEach((one) => void one.delete('portaria_session_acme'));
      return fillSignIn(own, await own.follow(`${server.issuer}/launchpad`), 'jsilva', password);
    };
    expect((await signIn(passwords.joao)).url).to.match(/launchpad$/);
    for (let n = 0; n < 7; n++) await entryPoints['sign-in']!.guess(at(ip), n);
    expect((await entryPoints['sign-in']!.guess(at(ip), 9)).status).to.equal(429);
    expect((await signIn('wrong of a known browser')).status).to.equal(422);
    expect((await signIn(passwords.joao)).url).to.match(/launchpad$/);
    const copied = at(ip);
    for (const [host, names] of own.cookies) copied.cookies.set(host, new Map([...names].filter(([name]) => name.includes('known'))));
    const stolen = await copied.follow(`${server.issuer}/launchpad`);
    expect((await fillSignIn(copied, stolen, 'jsilva', passwords.joao)).status, 'the mark without its browser').to.equal(429);
    own.cookies.forEach((one) => void one.delete('portaria_session_acme'));
    for (let n = 0; n < 6; n++) expect((await signIn(`wrong ${n}`)).status, `wrong ${n}`).to.equal(422);
    expect((await signIn(passwords.joao)).status, 'a known browser has an end, too').to.equal(429);
  });

  it('what a known browser tries of others counts at its address, and keeps its own person from nothing', async () => {
    const ip = freshAddress();
    const logins = { 'ana@acme.example': passwords.ana, rita: passwords.joao };
    const people = Object.entries(logins).map(([login, password]) => ({ login, password, jar: at(ip) }));
    const signIn = async ({ jar, login, password }: (typeof people)[0]) =>
      (await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), login, password)).url;
    const signOut = ({ jar }: (typeof people)[0]) => jar.cookies.forEach((one) => void one.delete('portaria_session_acme'));
    for (const one of people) expect(await signIn(one)).to.match(/launchpad$/);
    people.forEach(signOut);
    const guesses: number[] = [];
    for (const { jar } of people) for (let n = 0; n < 7; n++) guesses.push((await entryPoints['sign-in']!.guess(jar, n)).status);
    expect(guesses, 'one count for all at the address').to.deep.equal([...Array(6).fill(422), ...Array(8).fill(429)]);
    for (const one of people) expect(await signIn(one), 'their own').to.match(/launchpad$/);
  });

  it('a shared computer uses up nothing of what its last person may try elsewhere, nor of what the next one may there', async () => {
    const [laptop, kiosk] = [at(freshAddress()), at(freshAddress())];
    const rita = (jar: Jar, password: string) => signIn(jar, 'rita', password);
    const signIn = async (jar: Jar, login: string, password: string) => {
      jar.cookies.forEach((one) => void one.delete('portaria_session_acme'));
      return fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), login, password);
    };
    wait(60);
    for (const jar of [laptop, kiosk]) expect((await rita(jar, passwords.joao)).url).to.match(/launchpad$/);
    for (let n = 0; n < 6; n++) expect((await rita(kiosk, `wrong ${n}`)).status).to.equal(422);
    expect((await rita(kiosk, passwords.joao)).status).to.equal(429);
    expect((await rita(laptop, passwords.joao)).url, 'her laptop').to.match(/launchpad$/);
    expect((await signIn(kiosk, 'ana@acme.example', passwords.ana)).url, 'the next one').to.match(/launchpad$/);
  });

  it('a mark is of the browser that we gave it, and of nobody whose id is written into a cookie', async () => {
    const scope = await server.scope();
    const { user_id: victim } = (await scope.db('users').where('username', 'rita').first('user_id'))!;
    const jar = at(freshAddress());
    await jar.follow(`${server.issuer}/launchpad`);
    const cookies = [...jar.cookies.values()][0]!;
    cookies.set('portaria_browser_acme', `abcdef ${victim}`);
    await fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'ana@acme.example', passwords.ana);
    expect(cookies.get('portaria_browser_acme'), 'a new one').to.match(/^[\w-]{43}$/);
  });

  it('right ones and typing errors of people who get in use nothing up: a whole office signs in', async () => {
    const ip = freshAddress();
    for (let n = 0; n < 12; n++) {
      const jar = at(ip);
      const page = await jar.follow(`${server.issuer}/launchpad`);
      if (n % 2) await fillSignIn(jar, page, 'ana@acme.example', 'typed wrong once');
      expect((await fillSignIn(jar, page, 'ana@acme.example', passwords.ana)).url, `${n}`).to.match(/launchpad$/);
    }
    const many = await Promise.all(
      Array.from({ length: 15 }, async () => {
        const jar = at(ip);
        return fillSignIn(jar, await jar.follow(`${server.issuer}/launchpad`), 'ana@acme.example', passwords.ana);
      }),
    );
    expect(many.map(({ status }) => status)).to.deep.equal(Array(15).fill(200));
  });

  it('of parallel guesses no more than the limit are looked at', async () => {
    const ip = freshAddress();
    const jars = await Promise.all(
      Array.from({ length: 30 }, async () => ({ jar: at(ip), page: await form(at(ip), '/launchpad', /sign-in\//) })),
    );
    const before = Number((await (await server.scope()).db('sign_in_attempts').count({ n: '*' }))[0]!.n);
    const answers = await Promise.all(jars.map(({ jar }, n) => entryPoints['sign-in']!.guess(jar, 1000 + n)));
    expect(answers.filter(({ status }) => status === 422)).to.have.length(6);
    expect(answers.filter(({ status }) => status === 429)).to.have.length(24);
    expect(Number((await (await server.scope()).db('sign_in_attempts').count({ n: '*' }))[0]!.n) - before).to.equal(6);
  });
});
