import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/server.ts';
import { sendByNode } from './light-jar.ts';
import { residentMegabytes } from './resident.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

export type Start = { firstAnswerSeconds: number; idleMegabytes: number };

/** Starts a server as `npm start` does, without the demo, on a store of its own: the first start ever, and `again` more. */
export async function measureStarts(again = 5): Promise<{ first: Start; later: Start[] }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'portaria-start-'));
  try {
    const first = await startOnce(dataDir);
    const later: Start[] = [];
    for (let n = 0; n < again; n++) later.push(await startOnce(dataDir));
    return { first, later };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function startOnce(dataDir: string): Promise<Start> {
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    PORT: String(port),
    PORTARIA_DATA_DIR: dataDir,
    PORTARIA_DEMO: 'false',
    PORTARIA_DRAIN_SECONDS: '0',
  };
  const begun = performance.now();
  const child = spawn(process.execPath, ['scripts/start.mjs', 'server'], { cwd: root, env, stdio: 'ignore' });
  const ended = once(child, 'exit');
  try {
    const answers = () =>
      sendByNode(`http://127.0.0.1:${port}/readyz`).then(
        ({ status }) => status === 200,
        () => false,
      );
    while (!(await answers())) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
      await sleep(10);
    }
    const firstAnswerSeconds = (performance.now() - begun) / 1000;
    await sleep(5000);
    return { firstAnswerSeconds, idleMegabytes: residentMegabytes(child.pid!) };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}
