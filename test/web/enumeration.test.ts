import { expect } from 'chai';
import { Jar } from '../support/jar.ts';
import { fillSignIn, startTestServer, type TestServer } from '../support/server.ts';

describe('web/sign-in: whether an account exists', function () {
  this.timeout(120_000);
  let server: TestServer;
  const people = 50;
  before(async () => {
    server = await startTestServer();
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

  async function timeOf(login: string): Promise<number> {
    const jar = new Jar();
    const page = await jar.follow(`${server.issuer}/launchpad`);
    const start = process.hrtime.bigint();
    const answer = await fillSignIn(jar, page, login, 'a wrong password');
    expect(answer.status).to.equal(422);
    return Number(process.hrtime.bigint() - start) / 1e6;
  }

  /** How often a sample of `a` is larger than one of `b`: 0.5 for the same distribution (Mann-Whitney U / nm). */
  const superiority = (a: number[], b: number[]): number => {
    let wins = 0;
    for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0;
    return wins / (a.length * b.length);
  };

  it('S42: cannot be told by the time of the answer', async () => {
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let n = 0; n < 10; n++) await timeOf(`warm${n}`);
    // in turn, so that whatever else the machine does hits both; four a person, so that nobody is blocked on the way
    for (let round = 0; round < 4; round++) {
      for (let n = 0; n < people; n++) {
        const [first, second] = [() => timeOf(`known${n}`), () => timeOf(`nobody${n}`)];
        if (n % 2) known.push(await first());
        unknown.push(await second());
        if (n % 2 === 0) known.push(await first());
      }
    }
    const chance = superiority(known, unknown);
    console.log(`      a known name takes longer than an unknown one in ${(chance * 100).toFixed(0)} of 100 pairs`);
    // 200 samples of each: pure chance stays within 0.5 ± 0.09 (three standard deviations)
    expect(chance).to.be.within(0.38, 0.62);
  });
});
