// Owns: the figures of this process: their catalogue, counting, looking up, printing. Does not: know what happens (whoever does counts it) nor answer /metrics (web/health).
import { type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client';
import { everyFigure } from './catalogue.ts';
import { processRegistry } from './count.ts';
import { createGauges, type Measure } from './gauges.ts';

export { catalogue, everyFigure, type LabelsOf, type NameOf, type OwnFigureName } from './catalogue.ts';
export { count, observe } from './count.ts';
export type { Figure } from './figure.ts';
export type { Measure } from './gauges.ts';

export type FigureBook = {
  contentType: string;
  print(): Promise<string>;
  /** To be added to those of other processes. */
  values(): Promise<MetricObjectWithValues<MetricValue<string>>[]>;
};

/** @param measures of what is looked up; what is counted is there by itself */
export function createFigures(measures: Measure[]): FigureBook {
  const registries = [processRegistry(), createGauges(measures)];
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    print: async () => (await Promise.all(registries.map((one) => one.metrics()))).join('\n'),
    async values() {
      const all = (await Promise.all(registries.map((one) => one.getMetricsAsJSON()))).flat();
      return all.map((one) => ({ ...one, aggregator: everyFigure[one.name]?.over ?? 'sum' }));
    },
  };
}
