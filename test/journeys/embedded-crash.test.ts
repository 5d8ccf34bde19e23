import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('is started again, and ends with the server', async () => {
    const port = await freePort();
    const settings = {
      PORTARIA_DATA_DIR: dataDir,
      PORTARIA_DEMO: 'false',
      PORTARIA_LOG_LEVEL: 'warn',
      PORTARIA_BASE_URL: `http://127.0.0.1:${port}`,
    };
    const running = await startServerProcess(port, settings);
    try {
      await eventually(async () => expect(running.output()).to.contain(' is at http'), 60_000);
      for (let crash = 0; crash < 2; crash++) {
        const first = ours()!;
        process.kill(first, 'SIGQUIT');
        await eventually(async () => expect(ours()).to.be.a('number').and.not.equal(first), 60_000);
        await eventually(async () => expect((await send(`${running.url}/readyz`)).status).to.equal(200), 60_000);
      }
    } finally {
      await running.kill('SIGTERM');
    }
    expect(ours(), running.output()).to.equal(undefined);
    // each line is JSON, also what the library of the database writes by itself
    const lines = linesOf(running.output());
    expect(
      lines.filter(({ level }) => level === 'warn'),
      running.output(),
    ).to.not.be.empty;
  });
});
