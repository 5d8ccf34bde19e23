import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { isAlive, readPostmaster } from '../../src/platform/database/embedded/postmaster.ts';
import { send } from '../support/jar.ts';
import { eventually, linesOf, startServerProcess } from '../support/process.ts';
import { freePort } from '../support/server.ts';

describe('the embedded store that crashed once', function () {
  this.timeout(180_000);
  const folder = mkdtempSync(join(tmpdir(), 'portaria-crash-'));
  const dataDir = join(folder, 'data');
  const cluster = join(dataDir, 'postgres', 'cluster');
  const ours = () => {
    const pid = readPostmaster(cluster);
    return pid !== undefined && isAlive(pid, cluster) ? pid : undefined;
  };
  after(() => {
    const left = ours();
    if (left) process.kill(left, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Every process that works in the cluster's folder. */
  const allOurs = () =>
    readdirSync('/proc').filter((entry) => {
      try {
        return /^\d+$/.test(entry) && readlinkSync(`/proc/${entry}/cwd`) === cluster;
      } catch {
        return false;
      }
    });
  const settings = {
    PORTARIA_DATA_DIR: dataDir,
    PORTARIA_DEMO: 'false',
    PORTARIA_LOG_LEVEL: 'warn',
  };

  it('is started again, and ends with the server', async () => {
    const port = await freePort();
    const running = await startServerProcess(port, settings);
    try {
      await eventually(async () => expect(running.output()).to.contain(' is at http'), 60_000);
      for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
        const first = ours()!;
        process.kill(first, signal);
        await eventually(async () => expect(ours()).to.be.a('number').and.not.equal(first), 60_000);
        await eventually(async () => expect((await send(`${running.url}/readyz`)).status).to.equal(200), 60_000);
      }
    } finally {
      await running.kill('SIGTERM');
    }
    expect(ours(), running.output()).to.equal(undefined);
    if (process.platform === 'linux') expect(allOurs(), 'a copy of the folder is one of a store that stands').to.deep.equal([]);
    // each line is JSON, also what the library of the database writes by itself
    const lines = linesOf(running.output());
    expect(
      lines.filter(({ level }) => level === 'warn'),
      running.output(),
    ).to.not.be.empty;
  });

  it('waits where it is killed while the server starts, and again and again', async () => {
    const port = await freePort();
    let isOver = false;
    let before = ours();
    const kills: number[] = [];
    const killing = (async () => {
      while (!isOver && kills.length < 4) {
        const pid = ours();
        if (pid && pid !== before) {
          // each time a little later: before it answers, while the schema is looked at, while the server opens
          await sleep(kills.length * 150);
          process.kill(pid, 'SIGKILL');
          before = pid;
          kills.push(pid);
        }
        await sleep(5);
      }
    })();
    const running = await startServerProcess(port, settings);
    isOver = true;
    await killing;
    try {
      expect(kills.length).to.be.greaterThan(1);
      await eventually(async () => expect((await send(`${running.url}/readyz`)).status).to.equal(200), 60_000);
    } finally {
      expect(await running.kill('SIGTERM'), running.output()).to.equal(0);
    }
    expect(ours(), running.output()).to.equal(undefined);
  });
});
