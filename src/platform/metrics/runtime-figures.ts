import type { Figure } from './figure.ts';

const counter = (meaning: string): Figure => ({ type: 'counter', meaning });
const gauge = (meaning: string, over: Figure['over'] = 'sum', labels?: Record<string, string>): Figure => ({
  type: 'gauge',
  meaning,
  labels,
  over,
});

/** What prom-client tells of the process and of Node.js, by the names that every Node.js program has. Of several processes the one that is latest is told, since a mean would hide it. */
export const runtimeFigures: Record<string, Figure> = {
  process_cpu_user_seconds_total: counter('CPU time spent in user code'),
  process_cpu_system_seconds_total: counter('CPU time spent in the kernel'),
  process_cpu_seconds_total: counter('CPU time in total'),
  process_start_time_seconds: gauge('Start time of the process, in seconds since 1970', 'first'),
  process_resident_memory_bytes: gauge('Resident memory'),
  process_virtual_memory_bytes: gauge('Virtual memory'),
  process_heap_bytes: gauge('Size of the data segment'),
  process_open_fds: gauge('Open files and sockets'),
  process_max_fds: gauge('Maximum number of open files and sockets'),
  nodejs_eventloop_lag_seconds: gauge('Current event loop delay', 'max'),
  nodejs_eventloop_lag_min_seconds: gauge('Minimum delay since the last scrape', 'min'),
  nodejs_eventloop_lag_max_seconds: gauge('Maximum delay since the last scrape', 'max'),
  nodejs_eventloop_lag_mean_seconds: gauge('Mean delay', 'average'),
  nodejs_eventloop_lag_stddev_seconds: gauge('Standard deviation of the delay', 'average'),
  nodejs_eventloop_lag_p50_seconds: gauge('Median delay', 'max'),
  nodejs_eventloop_lag_p90_seconds: gauge('Delay, 90th percentile', 'max'),
  nodejs_eventloop_lag_p99_seconds: gauge('Delay, 99th percentile: how long requests wait for each other', 'max'),
  nodejs_active_resources: gauge('Resources that keep the event loop alive', 'sum', { type: 'type of resource' }),
  nodejs_active_resources_total: gauge('Resources in total'),
  nodejs_active_handles: gauge('Handles of libuv', 'sum', { type: 'C++ class' }),
  nodejs_active_handles_total: gauge('Handles in total'),
  nodejs_active_requests: gauge('Active libuv requests', 'sum', { type: 'C++ class' }),
  nodejs_active_requests_total: gauge('Requests in total'),
  nodejs_heap_size_total_bytes: gauge('JavaScript heap, allocated'),
  nodejs_heap_size_used_bytes: gauge('JavaScript heap, used'),
  nodejs_external_memory_bytes: gauge('Memory outside the heap owned by objects in it'),
  nodejs_heap_space_size_total_bytes: gauge('Heap allocated, by space', 'sum', { space: 'heap space' }),
  nodejs_heap_space_size_used_bytes: gauge('Heap used, by space', 'sum', { space: 'heap space' }),
  nodejs_heap_space_size_available_bytes: gauge('Heap available, by space', 'sum', { space: 'heap space' }),
  nodejs_version_info: gauge('Always 1; the Node.js version', 'max', {
    version: 'full version',
    major: 'major',
    minor: 'minor',
    patch: 'patch',
  }),
  nodejs_gc_duration_seconds: {
    type: 'histogram',
    meaning: 'Garbage collection pauses',
    labels: { kind: '`major`, `minor`, `incremental` or `weakcb`' },
  },
};
