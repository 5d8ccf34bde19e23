import type { TestServer } from './server.ts';

/** What /metrics prints, by series: `name{label="value"}`. */
export function readFigures(printed: string): Map<string, number> {
  const lines = printed.split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

export const namesOf = (printed: string): string[] => [...printed.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!);

/** By how much each series grew during `work`: counters belong to the process, which runs other tests too. */
export async function growth({ app }: Pick<TestServer, 'app'>, work: () => Promise<unknown>): Promise<(series: string) => number> {
  const before = readFigures(await app.health.metrics());
  await work();
  const after = readFigures(await app.health.metrics());
  return (series) => (after.get(series) ?? 0) - (before.get(series) ?? 0);
}
