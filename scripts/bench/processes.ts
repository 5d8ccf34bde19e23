// The code flow by one server process and by as many as there are processors, in turn and on one store.
import { availableParallelism, cpus } from 'node:os';
import { startServerProcess } from '../../test/support/process.ts';
import { freePort } from '../../test/support/server.ts';
import { median, rate } from './load.ts';

export type ByProcesses = { one: number; all: number; count: number; busy: number };

/** @returns which part of all processors was at work since `before` */
function busySince(before: ReturnType<typeof cpus>): number {
  let [idle, total] = [0, 0];
  for (const [n, { times }] of cpus().entries()) {
    for (const kind of ['user', 'nice', 'sys', 'idle', 'irq'] as const) {
      const spent = times[kind] - before[n]!.times[kind];
      total += spent;
      if (kind === 'idle') idle += spent;
    }
  }
  return 1 - idle / total;
}

/**
 * @param env of the server that runs on the store already
 * @param makeWork one flow at the server of this origin
 * @returns flows a second, and how busy one process and its callers kept the machine: more processes can win what it left
 */
export async function measureProcesses(
  env: Record<string, string>,
  { seconds, rounds, crowd }: { seconds: number; rounds: number; crowd: number },
  makeWork: (origin: string) => Promise<() => Promise<void>>,
): Promise<ByProcesses> {
  const start = async (processes: string) => {
    const port = await freePort();
    const origin = `http://localhost:${port}`;
    const server = await startServerProcess(port, { ...env, PORTARIA_BASE_URL: origin, PORTARIA_PROCESSES: processes });
    return { server, work: await makeWork(origin) };
  };
  const sides = [await start('1'), await start('auto')] as const;
  try {
    const results: [number[], number[]] = [[], []];
    const busy: number[] = [];
    for (const { work } of sides) await rate(1, crowd, work); // warm
    for (let round = 0; round < rounds; round++)
      for (const [n, { work }] of sides.entries()) {
        const before = cpus();
        results[n]!.push(await rate(seconds, crowd, work));
        if (n === 0) busy.push(busySince(before));
      }
    return { one: median(results[0]), all: median(results[1]), count: availableParallelism(), busy: median(busy) };
  } finally {
    for (const { server } of sides) await server.kill('SIGTERM');
  }
}
