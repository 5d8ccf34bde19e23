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
  process_cpu_user_seconds_total: counter('Processor time of the process’s own code'),
  process_cpu_system_seconds_total: counter('Processor time of the kernel on its behalf'),
  process_cpu_seconds_total: counter('Both together'),
  process_start_time_seconds: gauge('When the process began, in seconds since 1970', 'first'),
  process_resident_memory_bytes: gauge('Memory that the process holds'),
  process_virtual_memory_bytes: gauge('Address space that it asked for'),
  process_heap_bytes: gauge('Its data segment'),
  process_open_fds: gauge('Open files and sockets'),
  process_max_fds: gauge('How many it may open'),
  nodejs_eventloop_lag_seconds: gauge('How late the event loop is now', 'max'),
  nodejs_eventloop_lag_min_seconds: gauge('The least since the last look', 'min'),
  nodejs_eventloop_lag_max_seconds: gauge('The most since the last look', 'max'),
  nodejs_eventloop_lag_mean_seconds: gauge('The mean', 'average'),
  nodejs_eventloop_lag_stddev_seconds: gauge('The standard deviation', 'average'),
  nodejs_eventloop_lag_p50_seconds: gauge('The median', 'max'),
  nodejs_eventloop_lag_p90_seconds: gauge('What nine of ten stay below', 'max'),
  nodejs_eventloop_lag_p99_seconds: gauge('What 99 of 100 stay below: requests wait that long for each other', 'max'),
  nodejs_active_resources: gauge('What keeps the event loop alive', 'sum', { type: 'of the resource' }),
  nodejs_active_resources_total: gauge('All of them'),
  nodejs_active_handles: gauge('Handles of libuv', 'sum', { type: 'its class in C++' }),
  nodejs_active_handles_total: gauge('All of them'),
  nodejs_active_requests: gauge('Requests of libuv under way', 'sum', { type: 'its class in C++' }),
  nodejs_active_requests_total: gauge('All of them'),
  nodejs_heap_size_total_bytes: gauge('The heap of JavaScript'),
  nodejs_heap_size_used_bytes: gauge('What of it is used'),
  nodejs_external_memory_bytes: gauge('Memory outside of the heap that belongs to objects in it'),
  nodejs_heap_space_size_total_bytes: gauge('The heap by its parts', 'sum', { space: 'the part' }),
  nodejs_heap_space_size_used_bytes: gauge('What of each part is used', 'sum', { space: 'the part' }),
  nodejs_heap_space_size_available_bytes: gauge('What of each part is free', 'sum', { space: 'the part' }),
  nodejs_version_info: gauge('Always 1; the version of Node.js', 'max', {
    version: 'whole',
    major: 'first part',
    minor: 'second',
    patch: 'third',
  }),
  nodejs_gc_duration_seconds: {
    type: 'histogram',
    meaning: 'How long the garbage collector stopped everything else',
    labels: { kind: '`major`, `minor`, `incremental` or `weakcb`' },
  },
};
