import { expect } from 'chai';
import type pg from 'pg';
import { type Answer, type Jar, send } from '../support/jar.ts';
import { mayMakeDisks, type OwnPostgres, startOwnPostgres } from '../support/own-postgres.ts';
import { pause, scaleLimit } from '../support/patience.ts';
import { eventually, onDatabase, portaria, type ServerProcess, startServerProcess } from '../support/process.ts';
import { freePort, passwords, signedIn, startingState } from '../support/server.ts';
import { type Fault, faults, locking } from './faults.ts';
import { applications, type Format, type Request, requestsTo } from './requests.ts';

/** Of the page, in the language that a browser asks for. */
const titles = {
  en: 'Service temporarily unavailable',
  es: 'Servicio no disponible por el momento',
  'pt-BR': 'Serviço temporariamente indisponível',
};

const formats: Record<Format, RegExp> = {
  page: /^text\/html.*Service temporarily unavailable/s,
  json: /^application\/json.*"error":"temporarily_unavailable"/s,
  soap: /^text\/xml.*<\w+:?Fault/s,
  line: /^text\/plain/,
};

/** How long requests wait for the store, in seconds, and ms within which they are answered: two waits, one after the other, would take longer. */
const waitSeconds = 2;
const answeredWithin = scaleLimit(4500);

describe('faults of the store', function () {
  this.timeout(180_000);
  let store: OwnPostgres;
  let server: ServerProcess;
  let operator: pg.Client;
  let requests: Record<string, Request>;
  let joao: Jar;

  before(async () => {
    store = await startOwnPostgres();
    const port = await freePort();
    const settings = {
      ...onDatabase(store.url),
      PORTARIA_BASE_URL: `http://127.0.0.1:${port}`,
      PORTARIA_DATABASE_TIMEOUT_SECONDS: String(waitSeconds),
    };
    const state = startingState('http://127.0.0.1:9/callback');
    state.contexts[0]!.applications.push(...(applications as never[]));
    const { status, stderr } = portaria(['apply', '-'], settings, JSON.stringify(state));
    expect(status, stderr).to.equal(0);
    server = await startServerProcess(port, settings);
    operator = await store.operator();
    joao = await signedIn(server.url, 'jsilva', passwords.joao);
    requests = requestsTo(server.url, { joao, ana: await signedIn(server.url, 'ana@acme.example', passwords.ana) });
  });
  after(async () => {
    await operator?.end();
    await server?.kill('SIGTERM');
    await store?.stop();
  });

  type Asks = [what: string, ask: () => Promise<Answer>][];
  const prepare = async (): Promise<Asks> => {
    await operator.query('DELETE FROM code_guesses');
    return Promise.all(Object.entries(requests).map(async ([what, request]): Promise<Asks[0]> => [what, await request.prepare()]));
  };
  const answersOf = async (asks: Asks) =>
    Object.fromEntries(await Promise.all(asks.map(async ([what, ask]): Promise<[string, Answer]> => [what, await ask()])));
  const statusesOf = async () =>
    Object.fromEntries(Object.entries(await answersOf(await prepare())).map(([what, { status }]) => [what, status]));

  /** The usual answer, or that there is none now, in the format of whoever asked; never another. */
  function expectAnswer(what: string, usual: number, { status, headers, text, location = '' }: Answer): void {
    // what leads on to an application says so by a name
    if (status === usual && !/error=server_error/.test(location)) return;
    expect([status, headers['retry-after']], `${what}: ${text.slice(0, 300)}`).to.deep.equal([503, '2']);
    expect(`${headers['content-type']} ${text}`, what).to.match(formats[requests[what]!.format]);
  }

  const startTime = async (): Promise<string> => (await operator.query('SELECT pg_postmaster_start_time()::text AS at')).rows[0].at;

  const expectNotReady = (why: RegExp) =>
    eventually(async () => {
      const { status, headers, text } = await send(`${server.url}/readyz`);
      expect([status, headers['retry-after'], why.test(text)], text).to.deep.equal([503, '2', true]);
    });

  const expectHealed = (usual: Record<string, number>) =>
    eventually(async () => {
      expect((await send(`${server.url}/readyz`)).status).to.equal(200);
      expect(await statusesOf()).to.deep.equal(usual);
    }, 20_000);

  async function whileFaulty(fault: Fault, work: () => Promise<void>): Promise<void> {
    const heal = await fault.inject(operator, store);
    try {
      await work();
    } finally {
      await heal();
    }
  }

  for (const fault of faults)
    it(`${fault.name}: 503 within seconds or the answer as always, /readyz says why, and it is over when the fault is`, async () => {
      const usual = await statusesOf();
      const asks = await prepare();
      await whileFaulty(fault, async () => {
        const begun = performance.now();
        const answers = await answersOf(
          asks.map(([what, ask]) => [
            what,
            async () => {
              const answer = await ask();
              expect(performance.now() - begun, what).to.be.below(answeredWithin);
              return answer;
            },
          ]),
        );
        for (const [what, answer] of Object.entries(answers)) expectAnswer(what, usual[what]!, answer);
        const refused = Object.values(answers).filter(({ status }) => status === 503);
        expect(refused, 'something needs the store').to.not.be.empty;
        await expectNotReady(fault.why);
      });
      await expectHealed(usual);
    });

  it('PostgreSQL is killed in the middle of requests: 503 or the answer as always, and it is over when PostgreSQL is back', async () => {
    const usual = await statusesOf();
    const [postmaster] = await store.processes();
    const begun = await startTime();
    const asks = await prepare();
    const answered = answersOf(asks);
    const killed = pause(30).then(() => process.kill(postmaster!, 'SIGKILL'));
    try {
      for (const [what, answer] of Object.entries(await answered)) expectAnswer(what, usual[what]!, answer);
    } finally {
      await killed;
      await eventually(async () => {
        operator = await store.operator();
        expect(await startTime()).not.to.equal(begun);
      });
    }
    await expectHealed(usual);
  });

  const aFullDisk = 'the disk is full: /readyz says so before a row is refused, what has no room is 503, and it is over when there is some';
  // elsewhere the fault above stands for it
  if (mayMakeDisks)
    it(aFullDisk, async () => {
      const usual = await statusesOf();
      const free = store.fillDisk();
      try {
        await expectNotReady(/disk of the store is full/);
        const { prepare: ask } = requests['an authorization in a new browser']!;
        let answer: Answer | undefined;
        for (let n = 0; n < 1000 && answer?.status !== 503; n++) {
          answer = await (await ask())();
          expectAnswer('an authorization in a new browser', usual['an authorization in a new browser']!, answer);
        }
        expect(answer!.status).to.equal(503);
      } finally {
        free();
      }
      await expectHealed(usual);
    });

  it('people are told in their language, on a page', async () => {
    await whileFaulty(locking('sessions'), async () => {
      const told = Object.entries(titles).map(async ([language, title]) => {
        const headers = { 'accept-language': language, accept: 'text/html' };
        const answer = await joao.get(`${server.url}/acme/launchpad`, { headers });
        expect([answer.status, answer.text.includes(title)], answer.text).to.deep.equal([503, true]);
      });
      await Promise.all(told);
    });
  });
});
