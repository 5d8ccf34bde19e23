import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type Role = 'server' | 'command';

/**
 * Notes in a folder that this process uses the cluster, and as what. Connections say less: after a crash one of our own may still be closing when we count them, and would pass for
 * somebody else's.
 * @returns what takes the note back
 */
export function noteUse(folder: string, role: Role): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${role}-${process.pid}-${randomUUID()}`);
  writeFileSync(file, startOf(process.pid), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** How many there are that live, of one kind or all. Notes of others are cleared away. */
export function countUsers(folder: string, role?: Role): number {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const living = readdirSync(folder).filter((name) => {
    const pid = Number(name.split('-')[1]);
    const file = join(folder, name);
    try {
      process.kill(pid, 0);
      if (readFileSync(file, 'utf8') === startOf(pid)) return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EPERM') return true; // another user's, and alive
    }
    rmSync(file, { force: true });
    return false;
  });
  return living.filter((name) => !role || name.startsWith(role)).length;
}

/** When a process began: a number may be another program's by now. Empty where the system does not say. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name of the program may have spaces and brackets in it
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? 'over' : rest[18]!;
  } catch {
    return '';
  }
}
