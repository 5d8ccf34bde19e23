import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { catalogue, type LabelsOf, type NameOf, type OwnFigureName } from './catalogue.ts';

/** However wrong a caller is about a label, so many series of one figure are the end; what comes later is counted together. */
const mostSeries = 500;

type Series = { inc(n: number): void } | { observe(value: number): void };
type Kept = { figure: Counter | Histogram; series: Map<string, Series> };

let kept: { registry: Registry; figures: Map<OwnFigureName, Kept> } | undefined;

/** Counters belong to the process, like its log: code that knows something happened counts it, without a reference to the place that prints. */
function ofProcess() {
  if (kept) return kept;
  const registry = new Registry();
  const figures = new Map<OwnFigureName, Kept>();
  for (const [name, { type, meaning: help, labels, buckets, isLookedUp }] of Object.entries(catalogue)) {
    if (type === 'gauge' || isLookedUp) continue;
    const settings = { name, help, labelNames: Object.keys(labels ?? {}), registers: [registry] };
    const figure = type === 'counter' ? new Counter(settings) : new Histogram({ ...settings, buckets: [...buckets!] });
    figures.set(name as OwnFigureName, { figure, series: new Map() });
  }
  collectDefaultMetrics({ register: registry });
  kept = { registry, figures };
  return kept;
}

export const processRegistry = (): Registry => ofProcess().registry;

/** Looking a label up costs the library more than counting does. */
function seriesOf(name: OwnFigureName, labels: Record<string, string>): Series {
  const { figure, series } = ofProcess().figures.get(name)!;
  const values = Object.values(labels);
  const key = values.join('\n');
  const known = series.get(key);
  if (known) return known;
  if (series.size >= mostSeries && !values.every((value) => value === 'other'))
    return seriesOf(name, Object.fromEntries(Object.keys(labels).map((label) => [label, 'other'])));
  const made = figure.labels(labels) as Series;
  series.set(key, made);
  return made;
}

/** @param labels each with one of few values: never what a caller chose, nor a company or person */
export function count<Name extends NameOf<'counter'>>(name: Name, labels: LabelsOf<Name>, n = 1): void {
  (seriesOf(name, labels as Record<string, string>) as { inc(n: number): void }).inc(n);
}

export function observe<Name extends NameOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void {
  (seriesOf(name, labels as Record<string, string>) as { observe(value: number): void }).observe(value);
}
