import { connect } from 'node:net';
import { expect } from 'chai';
import { findApplicationByCode } from '../../src/domain/applications/applications/index.ts';
import { findUserByLogin } from '../../src/domain/people/users/index.ts';
import { createLink } from '../../src/domain/records/one-time-links/index.ts';
import { inTransaction } from '../../src/domain/scope.ts';
import { enrolFactor } from '../../src/domain/sign-in/authentication/index.ts';
import { startTotp } from '../../src/domain/sign-in/credentials/totp/index.ts';
import { orders, prepareApis } from '../support/apis.ts';
import { artifactResolve, envelope } from '../support/artifacts.ts';
import { watchRefusals } from '../support/audit.ts';
import { answerOf, placeAt } from '../support/factors.ts';
import { Jar, send } from '../support/jar.ts';
import { authorizationUrl, authorize, basic, exchange, json, token } from '../support/oidc.ts';
import { pause, until } from '../support/patience.ts';
import { eventually, onDatabase, type ServerProcess, startServerProcess } from '../support/process.ts';
import { makeKeys } from '../support/saml.ts';
import { totpCode } from '../support/second-factor.ts';
import { clientSecret, fillSignIn, freePort, passwords, signedIn, startTestServer, type TestServer } from '../support/server.ts';
import { age, as, refresh, tokensFor, userinfo } from '../support/tokens.ts';

describe('two processes on one store', function () {
  this.timeout(60_000);
  let server: TestServer;
  const processes: ServerProcess[] = [];

  before(async () => {
    server = await startTestServer();
    // both start at once, on an address that names the first: a balancer would sit there
    const ports = [await freePort(), await freePort()];
    const env = { ...onDatabase(server.databaseUrl), PORTARIA_BASE_URL: server.baseUrl };
    processes.push(...(await Promise.all(ports.map((port) => startServerProcess(port, env)))));
  });
  after(async () => {
    await Promise.all(processes.map((one) => one.kill('SIGTERM')));
    await server.close();
  });

  it('Law 4: one code is redeemed once under 50 parallel tries on two processes', async () => {
    const jar = new Jar();
    for (let round = 0; round < 4; round++) {
      const { code, verifier } = await authorize(server, jar, { login: 'jsilva', password: passwords.joao });
      const tries = await Promise.all(
        Array.from({ length: 50 }, (_, i) => exchange(server, code!, verifier, { issuer: `${processes[i % 2]!.url}/acme` })),
      );
      expect(tries.filter(({ status }) => status === 200)).to.have.length(1);
      expect(new Set(tries.filter(({ status }) => status !== 200).map(({ body }) => body.error))).to.deep.equal(new Set(['invalid_grant']));
    }
  });

  it('50 parallel refreshes with one token on two processes are all answered, and it goes on', async () => {
    for (const client of ['mobile', 'payroll']) {
      const { refresh_token } = await tokensFor(server, client, { login: 'jsilva', password: passwords.joao });
      const tries = await Promise.all(
        Array.from({ length: 50 }, (_, i) => refresh({ issuer: `${processes[i % 2]!.url}/acme` }, client, refresh_token)),
      );
      expect(new Set(tries.map(({ status }) => status)), client).to.deep.equal(new Set([200]));
      const next = new Set(tries.map(({ body }) => body.refresh_token));
      expect(next, `${client}: the same for all`).to.have.length(1);
      expect(next.has(refresh_token), 'without a secret it is another').to.equal(client === 'payroll');
      const access = new Set(tries.map(({ body }) => body.access_token));
      expect(access, client).to.have.length(client === 'payroll' ? 50 : 1);
      expect((await userinfo(server, [...access][0]!)).status).to.equal(200);
      expect((await refresh(server, client, [...next][0]!)).status).to.equal(200);
    }
  });

  it('Law 4: after the overlap 50 parallel uses on two processes get nothing, and end the grant', async () => {
    const { refresh_token } = await tokensFor(server, 'mobile', { login: 'jsilva', password: passwords.joao });
    const next = (await refresh(server, 'mobile', refresh_token)).body;
    await age(await server.scope(), 31);
    const tries = await Promise.all(
      Array.from({ length: 50 }, (_, i) => refresh({ issuer: `${processes[i % 2]!.url}/acme` }, 'mobile', refresh_token)),
    );
    expect(new Set(tries.map(({ body }) => body.error))).to.deep.equal(new Set(['invalid_grant']));
    expect((await refresh(server, 'mobile', next.refresh_token)).body.error).to.equal('invalid_grant');
  });

  it('Law 4: one code for an API, one device code and one pushed request count once under 50 parallel tries on two processes', async () => {
    await prepareApis(server);
    const at = (i: number) => `${processes[i % 2]!.url}/acme`;
    const fifty = <T>(make: (i: number) => Promise<T>) => Promise.all(Array.from({ length: 50 }, (_, i) => make(i)));
    const joao = { login: 'jsilva', password: passwords.joao };
    let granted = await authorize(server, new Jar(), { ...joao, resource: orders, scope: 'openid orders:read' });
    await eventually(async () => {
      granted = await authorize(server, new Jar(), { ...joao, resource: orders, scope: 'openid orders:read' });
      expect(granted.code, 'the server knows the API').to.be.a('string');
    });
    const bought = await fifty((i) => exchange(server, granted.code!, granted.verifier, { issuer: at(i) }));
    expect(bought.filter(({ status }) => status === 200)).to.have.length(1);

    const jar = await signedIn(server.baseUrl, joao.login, joao.password);
    const form = { client_id: 'mobile', scope: 'openid' };
    const { device_code, user_code } = json(await send(`${server.issuer}/oidc/device/authorize`, { form }));
    const confirm = await jar.submit(jar.form(await jar.follow(`${server.issuer}/oidc/device`), /oidc\/device/), { user_code });
    await jar.submit(jar.form(confirm, /oidc\/device/), { confirm: 'yes' });
    const redeem = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: 'mobile', device_code };
    const given = await fifty((i) => token(at(i), redeem));
    expect(given.filter(({ status }) => status === 200)).to.have.length(1);

    const { url } = authorizationUrl(server, { client_id: 'payroll', scope: 'openid' });
    const pushed = await send(`${server.issuer}/oidc/par`, { form: new URL(url).searchParams, headers: basic('payroll', clientSecret) });
    const again = `${server.issuer}/oidc/authorize?client_id=payroll&request_uri=${encodeURIComponent(json(pushed).request_uri)}`;
    const led = await fifty(async () => (await jar.follow(again, {}, (to) => to.startsWith(server.redirectUri))).location ?? '');
    expect(led.filter((to) => to.includes('code='))).to.have.length(1);
  });

  it('what a revocation meets on its way does not come back with the next sign-in', async () => {
    const joao = { login: 'jsilva', password: passwords.joao };
    for (const client of ['mobile', 'payroll'])
      for (let round = 0; round < 8; round++) {
        const jar = new Jar();
        const { refresh_token } = await tokensFor(server, client, joao, { jar });
        const some = () => Array.from({ length: 6 }, (_, i) => refresh({ issuer: `${processes[i % 2]!.url}/acme` }, client, refresh_token));
        const own = as(client);
        const revoke = () =>
          send(`${processes[1]!.url}/acme/oidc/revoke`, { form: { token: refresh_token, ...own.form }, headers: own.headers });
        const [before, revoked, after] = [some(), revoke(), some()];
        const tries = await Promise.all([...before, ...after]);
        expect((await revoked).status).to.equal(200);
        // the same person, application and session: the grant has the same name again
        expect((await authorize(server, jar, { client_id: client, scope: 'openid', prompt: 'none' })).code).to.be.a('string');
        for (const { status, body } of tries)
          if (status === 200) expect((await userinfo(server, body.access_token)).status, `${client} ${round}`).to.equal(401);
      }
  });

  it('Law 4: one SAML artifact is resolved once under 50 parallel tries on two processes', async () => {
    const keys = makeKeys();
    const [issuer, url] = ['https://wiki.example', 'http://127.0.0.1:9/artifact'];
    const saml = {
      entityId: issuer,
      artifactBinding: true,
      assertionConsumerServices: [{ url, binding: 'artifact' }],
      signingCertificates: [keys.certificate],
    };
    await server.apply({
      contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [{ code: 'wiki', name: 'Wiki', navigable: true, saml }] }],
    });
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'wiki'))!;
    const jar = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    const { location } = await jar.get(`${server.issuer}/saml/launch/${applicationId}`);
    const artifact = new URL(location!).searchParams.get('SAMLart')!;
    const tries = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const message = await artifactResolve(artifact, { destination: `${server.issuer}/saml/artifact`, issuer, by: keys });
        return send(`${processes[i % 2]!.url}/acme/saml/artifact`, { method: 'POST', body: envelope(message) });
      }),
    );
    expect(tries.filter(({ text }) => text.includes('<samlp:ArtifactResponse'))).to.have.length(50);
    expect(tries.filter(({ text }) => text.includes('<samlp:Response'))).to.have.length(1);
  });

  it('S37: parallel guesses on two processes get no more evaluations than the limit', async () => {
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          users: [{ username: 'target', firstName: 'T', lastName: 'T', password: 'a password for this test' }],
        },
      ],
    });
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        const jar = new Jar();
        const page = await jar.follow(`${processes[i % 2]!.url}/acme/launchpad`);
        await fillSignIn(jar, page, 'target', `wrong guess number ${i}`);
      }),
    );
    const scope = await server.scope();
    const reasons = await scope
      .db('audit_events')
      .where({ context_id: scope.contextId, type: 'sign-in.failed', subject_id: (await findUserByLogin(scope, 'target'))!.userId })
      .select('reason');
    expect(reasons.filter(({ reason }) => reason === 'wrong-password')).to.have.length(5);
  });

  it('RFC 8628: a device that asks two processes in turn is told to slow down, and guesses of codes get no more tries than the limit', async () => {
    const [one, other] = processes.map(({ url }) => `${url}/acme`);
    const device = JSON.parse((await send(`${one}/oidc/device/authorize`, { form: { client_id: 'mobile', scope: 'openid' } })).text);
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: 'mobile', device_code: device.device_code };
    expect((await token(one!, form)).body.error).to.equal('authorization_pending');
    expect((await token(other!, form)).body.error).to.equal('slow_down');
    const statuses = await Promise.all(
      Array.from({ length: 30 }, async (_, i) => {
        const jar = new Jar();
        const page = await jar.follow(`${i % 2 ? one : other}/oidc/device`);
        const { fields } = jar.form(page, /oidc\/device/);
        return (await jar.get(`${i % 2 ? one : other}/oidc/device`, { form: { ...fields, user_code: `BBBB-${1000 + i}` } })).status;
      }),
    );
    expect(statuses.filter((status) => status === 400)).to.have.length(10);
    expect(statuses.filter((status) => status === 429)).to.have.length(20);
  });

  it('wrong secrets on two processes at once are counted together, and are one event', async () => {
    const scope = await server.scope();
    const counted = await watchRefusals(scope, 'authorization.failed');
    const wrong = (i: number) =>
      token(`${processes[i % 2]!.url}/acme`, { grant_type: 'client_credentials' }, basic('payroll', 'a wrong secret'));
    await Promise.all(Array.from({ length: 100 }, (_, i) => wrong(i)));
    expect((await counted()).filter((reason) => reason === 'wrong-secret')).to.have.length(100);
    const events = await scope.db('audit_events').where({ context_id: scope.contextId, reason: 'wrong-secret' });
    expect(events.length, 'two where the hour turned meanwhile').to.be.within(1, 2);
  });

  it('Law 4: one TOTP step, one recovery code and one link count once, whatever the process that is asked', async () => {
    const user = { username: 'twice', firstName: 'Tw', lastName: 'Ice', password: 'a password for this test' };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', users: [user] }] });
    const scope = await server.scope();
    const { userId } = (await findUserByLogin(scope, 'twice'))!;
    const then = { ...scope, clock: { now: () => new Date(Date.now() - 120_000) } };
    const { secret, sealed } = startTotp(then, userId, { company: 'Acme', login: 'twice' });
    const enrolled = await inTransaction(then, (inside) =>
      enrolFactor(inside, userId, {
        kind: 'totp',
        place: placeAt(server),
        answer: answerOf({ offer: sealed, code: totpCode(secret, Date.now() - 120_000) }),
        name: 'App',
      }),
    );
    /** Many browsers with a right password, each waiting for the second factor, on either process. */
    const waiting = async (count: number) =>
      Promise.all(
        Array.from({ length: count }, async (_, i) => {
          const jar = new Jar();
          await scope.db('sign_in_attempts').delete();
          return { jar, page: await fillSignIn(jar, await jar.follow(`${processes[i % 2]!.url}/acme/launchpad`), 'twice', user.password) };
        }),
      );
    const race = async (factor: string, code: string) => {
      const browsers = await waiting(4);
      await scope.db('sign_in_attempts').delete();
      const answers = await Promise.all(
        browsers.map(async ({ jar, page }) =>
          jar.submit(jar.form(await jar.get(`${page.url}?factor=${factor}`), /second-factor$/), { code }, (url) =>
            url.endsWith('/launchpad'),
          ),
        ),
      );
      return answers.filter(({ location }) => location?.endsWith('/launchpad')).length;
    };
    expect(await race('totp', totpCode(secret))).to.equal(1);
    expect(await race('recovery-code', enrolled!.codes[0]!)).to.equal(1);
    const token = await createLink(scope, { kind: 'recovery', owner: { userId }, lifetimeSeconds: 600 });
    const pages = await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        const jar = new Jar();
        return { jar, page: await jar.get(`${processes[i % 2]!.url}/acme/recovery/${token}`) };
      }),
    );
    const answers = await Promise.all(
      pages.map(({ jar, page }, i) =>
        jar.submit(jar.form(page, /recovery\//), { newPassword: `yet another long one ${i}`, repeatPassword: `yet another long one ${i}` }),
      ),
    );
    expect(answers.filter(({ url }) => !url.includes('/recovery/'))).to.have.length(1);
  });

  it('a change in one process is in effect in the other at once: application, keys, session', async () => {
    const jar = await signedIn(server.baseUrl, 'jsilva', passwords.joao);
    const [, second] = processes;
    const other = new Jar();
    other.cookies.set(new URL(second!.url).host, jar.cookies.get(new URL(server.baseUrl).host)!);
    expect((await other.get(`${second!.url}/acme/launchpad`)).status).to.equal(200);
    await jar.submit(jar.form(await jar.get(`${server.issuer}/sign-out`), /sign-out$/));
    expect((await other.get(`${second!.url}/acme/launchpad`)).status).to.equal(302);

    const jwks = async (url: string) => JSON.parse((await send(`${url}/acme/oidc/jwks`)).text).keys.map(({ kid }: { kid: string }) => kid);
    const before = await jwks(second!.url);
    const { rotateSigningKeys } = await import('../../src/domain/company/signing-keys/index.ts');
    const scope = await server.scope();
    await rotateSigningKeys(scope);
    await until(async () => (await jwks(second!.url)).length > before.length, 'the new keys');
    expect(await jwks(second!.url))
      .to.include.members(before)
      .and.have.length(before.length + 2);
  });

  it('a worker of its own does the jobs that web processes leave', async () => {
    const { spawn } = await import('node:child_process');
    const { enqueueJob } = await import('../../src/platform/jobs/index.ts');
    const { db } = await server.scope();
    await Promise.all(processes.splice(0).map((one) => one.kill('SIGTERM')));
    const port = await freePort();
    processes.push(
      await startServerProcess(port, { ...onDatabase(server.databaseUrl), PORTARIA_BASE_URL: server.baseUrl, PORTARIA_RUN_JOBS: 'false' }),
    );
    const jobs = async () => Number((await db.raw('SELECT count(*) FROM graphile_worker._private_jobs')).rows[0].count);
    await enqueueJob(db, 'sweep-expired', {});
    await pause(1000);
    expect(await jobs(), 'nobody works').to.be.greaterThan(0);
    const worker = spawn(process.execPath, ['scripts/start.mjs', 'worker'], {
      env: { PATH: process.env.PATH, PORTARIA_LOG_LEVEL: 'silent', ...onDatabase(server.databaseUrl) },
      stdio: 'inherit',
    });
    await until(async () => (await jobs()) === 0, 'the end of the jobs');
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill('SIGTERM');
    expect(await ended).to.equal(0);
  });

  it('SIGTERM: /readyz says so first, then requests in flight finish', async () => {
    const port = await freePort();
    const one = await startServerProcess(port, {
      ...onDatabase(server.databaseUrl),
      PORTARIA_BASE_URL: server.baseUrl,
      PORTARIA_DRAIN_SECONDS: '1',
    });
    // requests of which the second half arrives when the draining is over
    const form = 'grant_type=client_credentials';
    const head = `POST /acme/oidc/token HTTP/1.1\r\nHost: x\r\nAuthorization: ${basic('payroll', clientSecret).authorization}\r\nContent-Type: application/x-www-form-urlencoded`;
    const halves = await Promise.all(
      Array.from({ length: 20 }, () => startRequest(port, `${head}\r\nContent-Length: ${form.length}\r\n\r\n`)),
    );
    const exit = one.kill('SIGTERM');
    let said = false;
    for (let open = true; open; await pause(50)) {
      const status = await send(`${one.url}/readyz`).then(
        (answer) => answer.status,
        () => undefined,
      );
      said ||= status === 503;
      open = status !== undefined;
    }
    expect(said, '/readyz said 503 before nobody was let in any more').to.equal(true);
    const answers = await Promise.all(halves.map((finish) => finish(form)));
    expect(new Set(answers.map((answer) => answer.split('\r\n')[0]))).to.deep.equal(new Set(['HTTP/1.1 200 OK']));
    expect(await exit).to.equal(0);
  });
});

/** A request that stops after its head. @returns sends the rest, and waits for the answer */
function startRequest(port: number, head: string): Promise<(rest: string) => Promise<string>> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(head);
      resolve(
        (rest) =>
          new Promise((answered) => {
            let text = '';
            socket.on('data', (chunk) => {
              text += chunk;
            });
            socket.on('close', () => answered(text));
            socket.write(rest);
          }),
      );
    });
    socket.on('error', reject);
  });
}
