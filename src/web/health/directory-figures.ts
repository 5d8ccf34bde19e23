import { Counter, Gauge, type Registry } from 'prom-client';

/** What is known of directories and their agents. Of all companies together: a label for each would have no end. */
export type DirectoryChecks = {
  /** Agents that are connected to this process. */
  agents(): number;
  requests(): Promise<{ waiting: number; oldestSeconds: number }>;
  directories(): Promise<{ states: Record<string, number>; overdueSeconds: number }>;
};

/** @returns counts an answer to what this process asked of a directory */
export function addDirectoryFigures(
  register: Registry,
  { agents, requests, directories }: DirectoryChecks,
): (kind: string, outcome: string) => void {
  const registers = [register];
  const answers = new Counter({
    name: 'portaria_directory_answers_total',
    help: 'Answers to what was asked of directories, by kind of request, and by outcome or the reason of a refusal',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  new Gauge({
    name: 'portaria_directory_agents',
    help: 'SmartSync agents connected to this process',
    registers,
    collect() {
      this.set(agents());
    },
  });
  const oldest = new Gauge({
    name: 'portaria_directory_requests_oldest_seconds',
    help: 'Age of the one that waits longest',
    aggregator: 'max',
    registers,
  });
  new Gauge({
    name: 'portaria_directory_requests_waiting',
    aggregator: 'max',
    help: 'Requests to directories that no agent has taken yet, of all processes',
    registers,
    async collect() {
      const found = await requests().catch(() => undefined);
      if (!found) return;
      this.set(found.waiting);
      oldest.set(found.oldestSeconds);
    },
  });
  const overdue = new Gauge({
    name: 'portaria_directory_reading_overdue_seconds',
    aggregator: 'max',
    help: 'How long the directory that waits longest should have been read already',
    registers,
  });
  new Gauge({
    name: 'portaria_directories',
    aggregator: 'max',
    help: 'Directories by state',
    labelNames: ['state'],
    registers,
    async collect() {
      const found = await directories().catch(() => undefined);
      for (const [state, n] of Object.entries(found?.states ?? {})) this.set({ state }, n);
      if (found) overdue.set(found.overdueSeconds);
    },
  });
  return (kind, outcome) => answers.inc({ kind, outcome });
}
