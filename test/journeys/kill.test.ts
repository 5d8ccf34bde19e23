import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isAlive } from '../../src/platform/database/embedded/postmaster.ts';
import { Jar } from '../support/jar.ts';
import { authorize, basic, exchange, token } from '../support/oidc.ts';
import { pause, until } from '../support/patience.ts';
import { portaria, type ServerProcess, startServerProcess } from '../support/process.ts';
import { clientSecret, freePort, passwords, signedIn, startingState } from '../support/server.ts';

const moments = 20;
const redirectUri = 'http://127.0.0.1:9/callback';

/** Each moment has people of its own: an attempt that a kill cut short stays counted, and five of them in a quarter of an hour are the limit. */
function withPeople() {
  const { contexts } = startingState(redirectUri);
  const each = <T>(make: (n: number) => T) => Array.from({ length: moments }, (_, n) => make(n));
  const [acme, ...others] = contexts;
  const people = each((n) => ({ username: `person${n}`, firstName: 'Person', lastName: `${n}`, password: passwords.joao }));
  const administrators = each((n) => ({
    email: `admin${n}@acme.example`,
    firstName: 'Admin',
    lastName: `${n}`,
    role: 'administrator',
    password: passwords.ana,
  }));
  const groups = [{ name: 'Finance', members: people.map(({ username }) => username) }];
  return { contexts: [{ ...acme, users: [...acme!.users, ...people, ...administrators], groups }, ...others] };
}

describe('kill -9', function () {
  this.timeout(600_000);
  const dataDir = mkdtempSync(join(tmpdir(), 'portaria-kill-'));
  const env = { PORTARIA_DATA_DIR: join(dataDir, 'data'), PORTARIA_DEMO: 'false' };
  let running: ServerProcess | undefined;

  after(async () => {
    await running?.kill('SIGTERM');
    rmSync(dataDir, { recursive: true, force: true });
  });

  it(`at ${moments} random moments: no acknowledged write is lost, nothing is redeemable twice, the next start is clean`, async () => {
    const port = await freePort();
    const settings = { ...env, PORTARIA_BASE_URL: `http://127.0.0.1:${port}` };
    const applied = portaria(['apply', '-'], settings, JSON.stringify(withPeople()));
    expect(applied.status, applied.stderr).to.equal(0);

    const issuer = `http://127.0.0.1:${port}/acme`;
    const server = { issuer, redirectUri };
    const known = { users: [] as string[], codes: [] as { code: string; verifier: string }[], tokens: [] as string[] };
    let seed = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
    console.log(`      seed ${seed}`);
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648;
    };

    for (let moment = 0; moment < moments; moment++) {
      running = await startServerProcess(port, settings);
      expect(running.output()).not.to.match(/error|does not start/i);
      await checkAcknowledged();
      let killed = false;
      const flows = [tokenFlow(), tokenFlow(), administration()].map((flow) =>
        flow.catch((error) => {
          if (!killed) throw error;
        }),
      );
      // in the middle of the sign-ins, or of what comes after them
      const made = known.users.length;
      if (moment % 4 !== 3) await until(() => known.users.length > made, 'the first person', 20_000);
      await pause(random() * 500);
      killed = true;
      // every third time the store dies with it
      if (moment % 3 === 2)
        process.kill(
          Number(readFileSync(join(env.PORTARIA_DATA_DIR, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]),
          'SIGKILL',
        );
      await running.kill('SIGKILL');
      await Promise.all(flows);

      async function tokenFlow(): Promise<void> {
        const jar = await signedIn(`http://127.0.0.1:${port}`, `person${moment}`, passwords.joao);
        for (;;) {
          const { code, verifier } = await authorize(server as never, jar);
          if (!code) throw new Error('no code');
          const { status, body } = await exchange(server as never, code, verifier);
          if (status !== 200) throw new Error(`exchange: ${status} ${JSON.stringify(body)}`);
          known.codes.push({ code, verifier });
          known.tokens.push(body.refresh_token);
        }
      }

      async function administration(): Promise<void> {
        const jar = await signedIn(`http://127.0.0.1:${port}`, `admin${moment}@acme.example`, passwords.ana);
        for (let i = 0; ; i++) {
          const username = `made-${moment}-${i}`;
          const form = jar.form(await jar.get(`${issuer}/admin/users/new`), /users\/new/);
          const answer = await jar.get(form.action, {
            form: { ...form.fields, firstName: 'Made', lastName: username, access: 'username', username },
          });
          if (answer.status !== 303) throw new Error(`user: ${answer.status}`);
          known.users.push(username);
        }
      }
    }

    running = await startServerProcess(port, settings);
    await checkAcknowledged();
    expect(known.users.length, 'the flows did run').to.be.greaterThan(moments / 2);
    const jar = await signedIn(`http://127.0.0.1:${port}`, 'ana@acme.example', passwords.ana);
    for (const username of known.users) {
      const list = await jar.get(`${issuer}/admin/users?q=${username}`);
      expect(list.text, username).to.contain(username);
      const id = new RegExp(`/admin/users/([0-9a-f-]{36})"[^>]*>Made ${username}<`).exec(list.text)![1];
      const audit = await jar.get(`${issuer}/admin/audit?type=user.created&subject=${id}`);
      expect(audit.text, `audit of ${username}`).to.contain(`Made ${username}`);
    }
    console.log(`      ${known.users.length} people and ${moments} kills; all there`);

    /** What was answered before the kill: refresh tokens still work, codes do not. */
    async function checkAcknowledged(): Promise<void> {
      const [tokens, codes] = [known.tokens.splice(0), known.codes.splice(0)];
      for (const refresh_token of tokens) {
        const { status, body } = await token(issuer, { grant_type: 'refresh_token', refresh_token }, basic('payroll', clientSecret));
        expect(status, `an acknowledged refresh token: ${JSON.stringify(body)}`).to.equal(200);
      }
      for (const { code, verifier } of codes) {
        const { body } = await exchange(server as never, code, verifier);
        expect(body.error, 'a redeemed code').to.equal('invalid_grant');
      }
    }
  });

  it('leaves no process behind when it is stopped in good order', async () => {
    const pid = Number(readFileSync(join(env.PORTARIA_DATA_DIR, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
    expect(await running!.kill('SIGTERM')).to.equal(0);
    expect(isAlive(pid, join(env.PORTARIA_DATA_DIR, 'postgres/cluster'))).to.equal(false);
  });

  it('answers a second start while the first is running by sharing the store', async () => {
    const [one, two] = [await freePort(), await freePort()];
    const both = await Promise.all(
      [one, two].map((port) => startServerProcess(port, { ...env, PORTARIA_BASE_URL: `http://127.0.0.1:${one}` })),
    );
    const jar = new Jar();
    for (const { url } of both) expect((await jar.follow(`${url}/acme/launchpad`)).status).to.equal(200);
    expect(await both[0]!.kill('SIGTERM')).to.equal(0);
    expect((await jar.follow(`${both[1]!.url}/acme/sign-in`)).status, 'the store stays for the other').to.equal(200);
    expect(await both[1]!.kill('SIGTERM')).to.equal(0);
  });
});
