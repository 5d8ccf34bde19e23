import { AggregatorRegistry } from 'prom-client';
import type { Figures } from './messages.ts';

const addUp = (all: Figures[]) => AggregatorRegistry.aggregate(all);

/** Combines the figures of several processes: counters are summed, gauges as their `aggregator` says. */
export class FigureSum {
  readonly #latest = new Map<object, Figures>();
  readonly #gone = new WeakSet<object>();
  #ended: Figures = [];
  #turn: Promise<void> = Promise.resolve();

  /** @param one a process */
  note(one: object, figures: Figures): void {
    if (!this.#gone.has(one)) this.#latest.set(one, figures);
  }

  /** What a process has counted stays counted: a sum that shrinks would look like a restart of all. One after the other, since each adds to what those before left. */
  end(one: object): Promise<void> {
    this.#gone.add(one);
    const done = this.#turn.then(() => this.#keepCounted(one));
    this.#turn = done.catch(() => {});
    return done;
  }

  async #keepCounted(one: object): Promise<void> {
    const last = this.#latest.get(one);
    if (!last) return;
    const counted = last.filter(({ type }) => `${type}` === 'counter' || `${type}` === 'histogram');
    try {
      this.#ended = (await addUp([this.#ended, counted]).getMetricsAsJSON()) as Figures;
    } finally {
      // not earlier: a concurrent reader would miss it
      this.#latest.delete(one);
    }
  }

  /** @param own of the supervisor, which come first: some figures are its alone */
  print(own: Figures = []): Promise<string> {
    return addUp([own, ...this.#latest.values(), this.#ended]).metrics();
  }
}
