import { Counter, Gauge, type Registry } from 'prom-client';
import { measureCaches } from '../../platform/cache/index.ts';

/** What this process keeps in memory to spare look-ups, by the name of the cache. */
export function addCacheFigures(register: Registry): void {
  const common = { labelNames: ['cache'], registers: [register] };
  new Gauge({
    ...common,
    name: 'portaria_cache_entries',
    help: 'Entries that are kept, by cache',
    collect() {
      for (const { cache, entries } of measureCaches()) this.set({ cache }, entries);
    },
  });
  const counter = (count: 'hits' | 'misses', help: string) =>
    new Counter({
      ...common,
      name: `portaria_cache_${count}_total`,
      help,
      collect() {
        this.reset();
        for (const one of measureCaches()) this.inc({ cache: one.cache }, one[count]);
      },
    });
  counter('hits', 'Look-ups that a cache answered');
  counter('misses', 'Look-ups that a cache could not answer');
}
