import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Jar } from '../support/jar.ts';
import { authorize, exchange } from '../support/oidc.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { eventually, onDatabase, type ServerProcess, startServerProcess } from '../support/process.ts';
import { type Balancer, checkOut, findPreviousRelease, type Release, startBalancer } from '../support/rolling.ts';
import { freePort, passwords, startingState, type TestServer } from '../support/server.ts';
import { refresh } from '../support/tokens.ts';

const here = fileURLToPath(new URL('../../', import.meta.url));

const found = findPreviousRelease();
// a clone that does not reach so far back has nothing to come from: there are no tests then, and nothing that could be installed for them
if (!found) console.log('      no rolling upgrade is tried: this clone has no previous release; git fetch --unshallow --tags brings it');
else tryUpgradeFrom(found);

function tryUpgradeFrom(previous: Release): void {
  describe('a rolling upgrade, and back, under load', function () {
    this.timeout(180_000);
    let folder: string;
    let balancer: Balancer;
    let store: Awaited<ReturnType<typeof createTestDatabase>>;
    let at: Pick<TestServer, 'issuer' | 'redirectUri'>;
    let env: Record<string, string>;
    const running: { port: number; process?: ServerProcess }[] = [];

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'portaria-upgrade-'));
      checkOut(previous, folder);
      // as the previous release leaves it: it makes its own schema
      store = await createTestDatabase({ of: 'template1' });
      running.push({ port: await freePort() }, { port: await freePort() });
      balancer = await startBalancer(running.map(({ port }) => port));
      env = { ...onDatabase(store.url), PORTARIA_BASE_URL: balancer.url, PORTARIA_DRAIN_SECONDS: '1' };
      const redirectUri = 'http://127.0.0.1:9/callback';
      // a key that the previous release does not know
      const state = JSON.stringify(startingState(redirectUri), (key, value) => (key === 'emailVerified' ? undefined : value));
      const { status, stderr } = spawnSync(process.execPath, ['scripts/start.mjs', 'portaria', 'apply', '-'], {
        cwd: folder,
        env: { PATH: process.env.PATH, ...env },
        input: state,
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(stderr);
      at = { issuer: `${balancer.url}/acme`, redirectUri };
      for (const one of running) one.process = await startServerProcess(one.port, env, undefined, { cwd: folder });
    });
    after(async () => {
      await Promise.all(running.map((one) => one.process?.kill('SIGKILL')));
      await balancer?.close();
      await store?.drop();
      if (folder) rmSync(folder, { recursive: true, force: true });
    });

    it('by two processes on one store: no sign-in fails, and who is signed in stays so', async () => {
      // that one refuses to start on a store which is ahead of it
      const canGoBack = previous.name !== '0.2.0';
      const faults: string[] = [];
      let done = 0;
      let isOver = false;
      const kept: { jar: Jar; refreshToken: string }[] = [];
      async function signIn(): Promise<void> {
        const jar = new Jar();
        const { code, verifier, answer } = await authorize(at as TestServer, jar, { login: 'jsilva', password: passwords.joao });
        if (!code) return void faults.push(`sign-in: ${answer.status} ${answer.url} ${answer.text.slice(0, 300)}`);
        const { status, body } = await exchange(at as TestServer, code, verifier);
        if (status !== 200) return void faults.push(`token: ${status} ${JSON.stringify(body)}`);
        done += 1;
        if (kept.length < 5 || done % 10 === 0) kept.push({ jar, refreshToken: body.refresh_token });
      }
      const people = async () => {
        while (!isOver) await signIn().catch((error) => void faults.push(String(error)));
      };
      const load = Promise.all([people(), people(), people()]);
      /** Time in which so many more sign in. */
      const more = async (n = 6) => {
        const goal = done + n;
        await eventually(async () => expect(done, faults.join('\n')).to.be.at.least(goal), 60_000);
      };
      const replaceAll = async (cwd: string) => {
        for (const one of running) {
          await more();
          expect(await one.process!.kill('SIGTERM')).to.equal(0);
          one.process = await startServerProcess(one.port, env, undefined, { cwd });
        }
        await more();
      };
      await replaceAll(here);
      const upgraded = done;
      if (canGoBack) await replaceAll(folder);
      isOver = true;
      await load;
      const back = canGoBack ? `and back: ${upgraded} and ${done - upgraded}` : `(which cannot go back): ${upgraded}`;
      console.log(`      from ${previous.name} ${back} sign-ins, ${faults.length} failed`);
      expect(faults).to.deep.equal([]);
      for (const { jar, refreshToken } of kept) {
        expect((await jar.follow(`${at.issuer}/launchpad`)).url).to.match(/\/launchpad$/);
        expect((await refresh(at, 'payroll', refreshToken)).status).to.equal(200);
      }
    });
  });
}
