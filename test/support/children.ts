import { readdirSync, readFileSync } from 'node:fs';

/** The processes whose parent it is. @param program in their command line */
export const childrenOf = (pid: number, program = ''): number[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((one) => {
      try {
        const parent = Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${one}/stat`, 'utf8'))?.[1]);
        return parent === pid && readFileSync(`/proc/${one}/cmdline`, 'utf8').includes(program);
      } catch {
        return false; // gone meanwhile
      }
    });

/** And theirs. */
export const descendantsOf = (pid: number): number[] => childrenOf(pid).flatMap((one) => [one, ...descendantsOf(one)]);

/** One that has ended and was not collected yet is not. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
