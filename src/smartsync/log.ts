/** One line for each event, in English, with the time. Never a secret: what is said comes from us, or from an error of the network. */
export type Log = { say(text: string): void; lines(): string[] };

const mostLines = 200;

/** @param write takes a line without its end. `lines` has the last ones, oldest first. */
export function createLog(write: (line: string) => void): Log {
  const kept: string[] = [];
  return {
    say(text) {
      // what another side said must not look like a line of ours
      const line = `${new Date().toISOString()} ${text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')}`;
      kept.push(line);
      if (kept.length > mostLines) kept.shift();
      write(line);
    },
    lines: () => [...kept],
  };
}
