import { Counter, Gauge, Registry } from 'prom-client';
import { catalogue, type NameOf } from './catalogue.ts';

type GaugeName = NameOf<'gauge'> | `portaria_cache_${'hits' | 'misses'}_total`;
type Value = number | { labels: Record<string, string>; value: number }[];

type Found = Partial<Record<GaugeName, Value>>;

/** What one look finds, for the figures of its names; undefined where nothing could be found out. */
export type Measure = { names: GaugeName[]; read(): Promise<Found> | Found };

/** All figures of a measure, and all who read at the same time, share a look: what it costs the store does not grow with them. */
function share(measure: Measure): () => Promise<Found> {
  let underWay: Promise<Found> | undefined;
  const look = async (): Promise<Found> => measure.read();
  return () => {
    underWay ??= look()
      .catch(() => ({}))
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
}

/** Gauges are looked up when they are read. What cannot be found out is not printed: the last value would be taken for the present one. */
export function createGauges(measures: Measure[]): Registry {
  const registry = new Registry();
  for (const measure of measures) {
    const look = share(measure);
    for (const name of measure.names) {
      const { type, meaning: help, labels = {}, over = 'sum' } = catalogue[name];
      const common = { name, help, labelNames: Object.keys(labels), registers: [registry] };
      if (type === 'counter')
        new Counter({
          ...common,
          async collect() {
            const value = (await look())[name];
            this.reset();
            if (Array.isArray(value)) for (const one of value) this.inc(one.labels, one.value);
          },
        });
      else
        new Gauge({
          ...common,
          aggregator: over,
          async collect() {
            const value = (await look())[name];
            this.reset();
            if (value === undefined) this.remove({});
            else if (typeof value === 'number') this.set(value);
            else for (const one of value) this.set(one.labels, one.value);
          },
        });
    }
  }
  return registry;
}
