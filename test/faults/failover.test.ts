import { expect } from 'chai';
import pg from 'pg';
import { Jar } from '../support/jar.ts';
import { needSoftware } from '../support/missing.ts';
import { authorize, exchange } from '../support/oidc.ts';
import { pause } from '../support/patience.ts';
import { type Cluster, startCluster } from '../support/patroni.ts';
import { eventually, onDatabase, portaria, type ServerProcess, startServerProcess } from '../support/process.ts';
import { freePort, passwords, startingState, type TestServer } from '../support/server.ts';
import { refresh } from '../support/tokens.ts';

/** What somebody was told is done: their browser is signed in, and the application has tokens. */
type Acknowledged = { at: number; jar: Jar; refreshToken: string };

describe('store: the primary of a cluster dies under load', function () {
  this.timeout(150_000);
  let cluster: Cluster;
  let server: ServerProcess;
  let at: Pick<TestServer, 'issuer' | 'redirectUri'>;

  before(async function () {
    needSoftware(this, 'patroni');
    cluster = await startCluster();
    const port = await freePort();
    const env = { ...onDatabase(cluster.url), PORTARIA_BASE_URL: `http://127.0.0.1:${port}` };
    const redirectUri = 'http://127.0.0.1:9/callback';
    const applied = portaria(['apply', '-'], env, JSON.stringify(startingState(redirectUri)));
    if (applied.status !== 0) throw new Error(applied.stderr);
    server = await startServerProcess(port, env);
    at = { issuer: `${server.url}/acme`, redirectUri };
  });
  after(async () => {
    await server?.kill('SIGKILL');
    await cluster?.close();
  });

  it('loses nothing that was acknowledged, goes on by itself, and says how long that took', async () => {
    const begun: { at: number; done?: Acknowledged }[] = [];
    let isOver = false;
    const people = async () => {
      while (!isOver) {
        const one: (typeof begun)[number] = { at: performance.now() };
        begun.push(one);
        // what fails meanwhile is told to the person, who tries again
        one.done = await signIn().catch(() => undefined);
        if (!one.done) await pause(200);
      }
    };
    async function signIn(): Promise<Acknowledged | undefined> {
      const jar = new Jar();
      const { code, verifier } = await authorize(at as TestServer, jar, { login: 'jsilva', password: passwords.joao });
      const { body } = await exchange(at as TestServer, code!, verifier);
      return body.refresh_token && { at: performance.now(), jar, refreshToken: body.refresh_token };
    }
    const done = () => begun.flatMap((one) => one.done ?? []);
    const load = Promise.all([people(), people(), people()]);
    await eventually(async () => expect(done().length).to.be.at.least(10), 30_000);

    const killedAt = performance.now();
    const dead = await cluster.killPrimary();
    const before = done().length;
    await eventually(async () => expect(begun.some((one) => one.at > killedAt && one.done)).to.equal(true), 60_000);
    const recovered = Math.min(...begun.flatMap((one) => (one.at > killedAt && one.done ? one.done.at : [])));
    await eventually(async () => expect(done().length).to.be.at.least(before + 10), 30_000);
    isOver = true;
    await load;
    expect(await cluster.primary())
      .to.be.a('string')
      .and.not.equal(dead);

    let lost = 0;
    for (const { jar, refreshToken } of done()) {
      const page = await jar.follow(`${at.issuer}/launchpad`);
      const { status } = await refresh(at, 'payroll', refreshToken);
      if (!page.url.endsWith('/launchpad') || page.status !== 200 || status !== 200) lost += 1;
    }
    console.log(`      ${done().length} acknowledged, ${lost} lost, sign-ins again after ${((recovered - killedAt) / 1000).toFixed(1)} s`);
    expect(lost).to.equal(0);
    const client = new pg.Client({ connectionString: cluster.url });
    await client.connect();
    const { rows } = await client.query("SELECT count(*)::int AS n FROM audit_events WHERE type = 'sign-in.succeeded'");
    await client.end();
    expect(rows[0].n, 'in the audit').to.be.at.least(done().length);
    expect(server.child.exitCode, 'the server lived on').to.equal(null);
  });
});
