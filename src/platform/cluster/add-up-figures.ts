import { AggregatorRegistry } from 'prom-client';
import type { Figures } from './messages.ts';

const addUp = (all: Figures[]) => AggregatorRegistry.aggregate(all);

/** The figures of several processes as those of one: counters summed, gauges as each says of itself (`aggregator`). */
export class FigureSum {
  readonly #latest = new Map<number, Figures>();
  #ended: Figures = [];

  /** @param id of the process */
  note(id: number, figures: Figures): void {
    this.#latest.set(id, figures);
  }

  /** What a process has counted stays counted: a sum that shrinks would look like a restart of all. */
  async end(id: number): Promise<void> {
    const last = this.#latest.get(id);
    if (!this.#latest.delete(id) || !last) return;
    const counted = last.filter(({ type }) => `${type}` === 'counter' || `${type}` === 'histogram');
    this.#ended = (await addUp([this.#ended, counted]).getMetricsAsJSON()) as Figures;
  }

  print(): Promise<string> {
    return addUp([...this.#latest.values(), this.#ended]).metrics();
  }
}
