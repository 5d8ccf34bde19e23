import type { Writable } from 'node:stream';
import { createLog, type Log } from './create-log.ts';

type Stream = Writable & { isTTY?: boolean };

/** What a process reports when it starts and ends: as text at a terminal, otherwise as a log line, at any level. */
export type Voice = {
  say(line: string): void;
  /** Why it does not start. @param faults one by one, where there are several */
  fail(message: string, faults?: string[]): void;
};

export function createVoice(out: Stream = process.stdout, err: Stream = process.stderr): Voice {
  return {
    say(line) {
      if (out.isTTY) return void out.write(`${line}\n`);
      const text = line.trim();
      if (text) createLog('info', out).info(text);
    },
    fail(message, faults) {
      if (err.isTTY) err.write(`${message}\n`);
      else createLog('info', err).fatal(faults ? { faults } : {}, message);
    },
  };
}

/** What nobody caught, and what Node or a package warns of, are lines like others. @param end ends the process, which can no longer be trusted */
export function logFaults(log: Log, end: (exitCode: number) => void): void {
  const fall = (error: unknown): void => {
    log.fatal({ err: error instanceof Error ? error : new Error(String(error)) }, 'a fault that nobody caught ends the process');
    end(1);
  };
  process.on('uncaughtException', fall);
  // Node's own way of telling it is not one of lines
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    if (name !== 'ExperimentalWarning') log.warn({ warning: name }, message);
  });
}
