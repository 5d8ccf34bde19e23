import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Below this share of its time the process is quiet. */
const quietShare = 0.05;
/** A collection stops everything for a quarter of a second: it has to be worth it. */
const worthBytes = 32 * 1024 * 1024;

type Options = {
  firstMs?: number;
  intervalMs?: number;
  collect?: () => void;
  heapUsed?: () => number;
  elu?: (since?: EventLoopUtilization) => EventLoopUtilization;
};

/**
 * V8 collects when it needs room, so after a crowd a process stands at several times what it needs, for as long as little happens.
 * Once it has been quiet for two intervals and has grown since the last time, everything is collected. What a start has left goes as soon as it is over, after `firstMs`.
 * @returns a function that ends the watch; the process may end without it
 */
export function collectWhenQuiet({
  firstMs = 3000,
  intervalMs = 15_000,
  collect = openCollector(),
  heapUsed = () => process.memoryUsage().heapUsed,
  elu = performance.eventLoopUtilization,
}: Options = {}): () => void {
  let since = elu();
  let isFirst = true;
  let quietIntervals = 0;
  let afterLast = 0;
  let timer = setTimeout(look, firstMs).unref();
  function look(): void {
    timer = setTimeout(look, intervalMs).unref();
    const { utilization } = elu(since);
    since = elu();
    quietIntervals = utilization < quietShare ? quietIntervals + 1 : 0;
    const isQuiet = quietIntervals >= (isFirst ? 1 : 2);
    isFirst = false;
    if (!isQuiet || heapUsed() - afterLast < worthBytes) return;
    collect();
    afterLast = heapUsed();
  }
  return () => clearTimeout(timer);
}

/** V8 gives its collector to whoever asks at start; a context that is made afterwards has it, too. Only a collection of the last resort gives back the room for young objects. */
function openCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (options: object) => void;
  return () => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
