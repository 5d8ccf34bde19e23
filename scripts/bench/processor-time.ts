// Processor time by process, from Linux's /proc: unlike rates it is hardly another on a machine that does other things as well.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

type Times = { parent: number; own: number; ofEnded: number };

/** Undefined of a process that has ended. */
function timesOf(pid: number | string): Times | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const seconds = (from: number) => (fields[from]! + fields[from + 1]!) / ticksPerSecond;
    return { parent: fields[1]!, own: seconds(11), ofEnded: seconds(13) };
  } catch {
    return undefined;
  }
}

const childrenOf = (pid: number): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && timesOf(name)?.parent === pid);

/** In seconds. @param withChildren those that have ended, too */
export function processorTime(pid: number, withChildren = false): number {
  const times = timesOf(pid);
  if (!times || !withChildren) return times?.own ?? 0;
  return times.own + times.ofEnded + childrenOf(pid).reduce((sum, child) => sum + (timesOf(child)?.own ?? 0), 0);
}

/** From now on these run on these processors only, and what they start as well. */
export function keepTo(processors: number[], pids: number[]): void {
  for (const pid of pids)
    for (const each of [pid, ...childrenOf(pid)])
      try {
        execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', processors.join(','), String(each)], { stdio: 'ignore' });
      } catch (error) {
        if (timesOf(each)) throw error;
      }
}
