import { expect } from 'chai';
import { changeSettings } from '../../../src/domain/company/context-settings/index.ts';
import { newAccountsSettings } from '../../../src/domain/company/new-accounts/index.ts';
import { findUserByLogin } from '../../../src/domain/people/users/index.ts';
import { Jar } from '../../support/jar.ts';
import { fillSignIn, startTestServer, type TestServer } from '../../support/server.ts';

/** Law 2. */
describe('web/sign-in: whether an account exists', function () {
  this.timeout(300_000);
  let server: TestServer;
  const people = 50;
  before(async () => {
    server = await startTestServer({ provesAnew: true });
    const person = (n: number) => ({
      username: `known${n}`,
      firstName: 'Known',
      lastName: String(n),
      password: 'a password for this test',
    });
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users: Array.from({ length: people }, (_, n) => person(n)) }] });
    const scope = await server.scope();
    await scope.db('users').where('username', 'like', 'known%').whereRaw("right(username, 1) = '9'").update({ status: 'deactivated' });
  });
  after(() => server.close());

  const ms = async (work: () => Promise<unknown>): Promise<number> => {
    const start = process.hrtime.bigint();
    await work();
    return Number(process.hrtime.bigint() - start) / 1e6;
  };
  async function timeOf(login: string): Promise<number> {
    const jar = new Jar();
    const page = await jar.follow(`${server.issuer}/launchpad`);
    return ms(async () => expect((await fillSignIn(jar, page, login, 'a wrong password')).status).to.equal(422));
  }
  /** The forms that only say "if there is such an account". */
  async function timeOfWish(path: string, fields: Record<string, string>): Promise<number> {
    const jar = new Jar();
    const form = jar.form(await jar.get(`${server.issuer}${path}`), new RegExp(`${path}$`));
    return ms(async () => expect((await jar.submit(form, fields)).status).to.equal(200));
  }

  /** How often a sample of `a` is larger than one of `b`: 0.5 for the same distribution (Mann-Whitney U / nm). */
  const superiority = (a: number[], b: number[]): number => {
    let wins = 0;
    for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
    return wins / (a.length * b.length);
  };

  /** In turn, so that whatever else the machine does hits both. @param band around 0.5 that pure chance stays within (three standard deviations and some) */
  async function expectAlike(
    what: string,
    count: number,
    band: number,
    known: (n: number) => Promise<number>,
    unknown: (n: number) => Promise<number>,
  ) {
    const [a, b]: [number[], number[]] = [[], []];
    for (let n = 0; n < count; n++) {
      if (n % 2) a.push(await known(n));
      b.push(await unknown(n));
      if (n % 2 === 0) a.push(await known(n));
    }
    const chance = superiority(a, b);
    console.log(`      ${what}: a known name takes longer than an unknown one in ${(chance * 100).toFixed(0)} of 100 pairs`);
    expect(chance, what).to.be.within(0.5 - band, 0.5 + band);
  }

  it('S42: cannot be told by the time of the answer', async () => {
    for (let n = 0; n < 10; n++) await timeOf(`warm${n}`);
    // four a person, so that nobody is blocked on the way; 200 samples of each: chance stays within 0.09
    await expectAlike(
      'password',
      4 * people,
      0.12,
      (n) => timeOf(`known${n % people}`),
      (n) => timeOf(`nobody${n % people}`),
    );
  });

  it('nor of somebody who is blocked', async () => {
    for (let n = 0; n < 5; n++) for (const who of ['known1', 'known2']) await timeOf(who);
    const { status } = (await findUserByLogin(await server.scope(), 'known1'))!;
    expect(status).to.equal('blocked');
    await expectAlike(
      'blocked',
      80,
      0.18,
      (n) => timeOf(`known${1 + (n % 2)}`),
      (n) => timeOf(`never${1 + (n % 2)}`),
    );
  });

  it('nor by asking for a recovery or an account: what depends on that happens in a job', async () => {
    // a name each time: a second wish for one replaces the first, which is other work
    const users = Array.from({ length: 60 }, (_, n) => ({ email: `here${n}@acme.example`, firstName: 'Here', lastName: String(n) }));
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users }] });
    const scope = await server.scope();
    const settings = { activation: 'invitation', selfRegistration: true, domains: ['acme.example'] };
    await changeSettings(scope, newAccountsSettings, settings, 0);
    server.app.services.forgetCached(scope.contextId);
    const recover = (login: string) => timeOfWish('/recovery', { login });
    const register = (email: string) => timeOfWish('/register', { email, firstName: 'Ana', lastName: 'Souza' });
    for (const [what, ask] of Object.entries({ recovery: recover, registration: register })) {
      for (let n = 0; n < 5; n++) await ask(`warm${n}@acme.example`);
      await expectAlike(
        what,
        60,
        0.2,
        (n) => ask(`here${n}@acme.example`),
        (n) => ask(`gone${n}@acme.example`),
      );
    }
  });
});
