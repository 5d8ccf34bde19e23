import { createServer } from 'node:net';
import { pause } from './patience.ts';

/**
 * Holds a name on this machine, against every other process and worktree; the kernel frees it when this process ends, however it does.
 * @returns what frees it, or undefined when another has it
 */
export function hold(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    // an abstract socket of Linux: it has no file that could stay behind
    const server = createServer().unref();
    server.once('error', () => resolve(undefined));
    server.listen({ path: `\0portaria-${name}` }, () => resolve(() => void server.close()));
  });
}

/** Runs `work` while nobody else on this machine runs what has the same name. */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const release = await hold(name);
    if (release) return work().finally(release);
    await pause(50);
  }
}
