import { createLog, type Log } from '../../src/platform/log/index.ts';

export type Line = Record<string, unknown> & { msg: string; level: string };

/** A log whose lines are kept. `text` is all that was written. */
export function keepLog(level = 'debug'): { log: Log; lines: Line[]; text(): string; forget(): void } {
  const lines: Line[] = [];
  let text = '';
  const log = createLog(level, {
    write(line: string) {
      text += line;
      lines.push(JSON.parse(line));
    },
  });
  return {
    log,
    lines,
    text: () => text,
    forget() {
      lines.length = 0;
      text = '';
    },
  };
}
