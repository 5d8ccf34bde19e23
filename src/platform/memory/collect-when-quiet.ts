import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Below this share of its time the process is quiet. */
const quietShare = 0.05;
/** A collection stops everything for a tenth of a second: it has to be worth it. */
const worthBytes = 32 * 1024 * 1024;

type Options = {
  intervalMs?: number;
  collect?: () => void;
  heapUsed?: () => number;
  elu?: (since?: EventLoopUtilization) => EventLoopUtilization;
};

/**
 * V8 collects when it needs room, so after a crowd a process stands at several times what it needs, for as long as little happens.
 * Once it has been quiet for two intervals and has grown since the last time, everything is collected.
 * @returns a function that ends the watch; the process may end without it
 */
export function collectWhenQuiet({
  intervalMs = 15_000,
  collect = openCollector(),
  heapUsed = () => process.memoryUsage().heapUsed,
  elu = performance.eventLoopUtilization,
}: Options = {}): () => void {
  let since = elu();
  let quietIntervals = 0;
  let afterLast = 0;
  const timer = setInterval(() => {
    const { utilization } = elu(since);
    since = elu();
    quietIntervals = utilization < quietShare ? quietIntervals + 1 : 0;
    if (quietIntervals < 2 || heapUsed() - afterLast < worthBytes) return;
    collect();
    afterLast = heapUsed();
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** V8 gives its collector to whoever asks at start; a context that is made afterwards has it, too. */
function openCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
