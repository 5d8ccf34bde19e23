import type { MetricObjectWithValues, MetricValue } from 'prom-client';

/** The figures of one process, as prom-client has them. */
export type Figures = MetricObjectWithValues<MetricValue<string>>[];

/** How a process is to end: `drain` turns balancers away first, `at-once` does not, `replaced` is for one whose place another has taken already. */
export type Ending = 'drain' | 'at-once' | 'replaced';

/** `orders` are the application's. `missing`: why the port as a whole is not ready. */
export type ToChild<Orders = unknown> =
  | { say: 'begin'; orders: Orders; missing?: string }
  | { say: 'stop'; ending: Ending }
  | { say: 'siblings'; missing?: string }
  | { say: 'tell-figures'; ask: number }
  /** Without a text where they could not be added up. */
  | { say: 'all-figures'; ask: number; text?: string }
  | { say: 'passed-on'; what: unknown };

/** `last-figures` are those of a process that ends. */
export type ToSupervisor =
  | { say: 'hello' }
  | { say: 'ready' }
  | { say: 'figures'; ask: number; figures: Figures }
  | { say: 'last-figures'; figures: Figures }
  | { say: 'ask-all-figures'; ask: number }
  | { say: 'pass-on'; what: unknown };
