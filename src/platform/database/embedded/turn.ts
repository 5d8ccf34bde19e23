import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `work` while no other process of ours does: a lock file with the holder's process id, taken over when that process is gone. */
export async function takeTurn<T>(file: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      removeIfAbandoned(file);
      await sleep(20 + Math.random() * 30);
    }
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function removeIfAbandoned(file: string): void {
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    if (holder === 0 && Date.now() - statSync(file).mtimeMs < 2000) return; // just being written
    if (holder !== 0) process.kill(holder, 0);
    else rmSync(file, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') rmSync(file, { force: true });
  }
}
