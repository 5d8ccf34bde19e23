import type { Figure } from './figure.ts';

const counter = (meaning: string): Figure => ({ type: 'counter', meaning });
const gauge = (meaning: string, labels?: Record<string, string>): Figure => ({ type: 'gauge', meaning, labels });

/** What prom-client tells of the process and of Node.js, by the names that every Node.js program has. */
export const runtimeFigures: Record<string, Figure> = {
  process_cpu_user_seconds_total: counter('Processor time of the process’s own code'),
  process_cpu_system_seconds_total: counter('Processor time of the kernel on its behalf'),
  process_cpu_seconds_total: counter('Both together'),
  process_start_time_seconds: gauge('When the process began, in seconds since 1970'),
  process_resident_memory_bytes: gauge('Memory that the process holds'),
  process_virtual_memory_bytes: gauge('Address space that it asked for'),
  process_heap_bytes: gauge('Its data segment'),
  process_open_fds: gauge('Open files and sockets'),
  process_max_fds: gauge('How many it may open'),
  nodejs_eventloop_lag_seconds: gauge('How late the event loop is now'),
  nodejs_eventloop_lag_min_seconds: gauge('The least since the last look'),
  nodejs_eventloop_lag_max_seconds: gauge('The most since the last look'),
  nodejs_eventloop_lag_mean_seconds: gauge('The mean'),
  nodejs_eventloop_lag_stddev_seconds: gauge('The standard deviation'),
  nodejs_eventloop_lag_p50_seconds: gauge('The median'),
  nodejs_eventloop_lag_p90_seconds: gauge('What nine of ten stay below'),
  nodejs_eventloop_lag_p99_seconds: gauge('What 99 of 100 stay below: requests wait that long for each other'),
  nodejs_active_resources: gauge('What keeps the event loop alive', { type: 'of the resource' }),
  nodejs_active_resources_total: gauge('All of them'),
  nodejs_active_handles: gauge('Handles of libuv', { type: 'its class in C++' }),
  nodejs_active_handles_total: gauge('All of them'),
  nodejs_active_requests: gauge('Requests of libuv under way', { type: 'its class in C++' }),
  nodejs_active_requests_total: gauge('All of them'),
  nodejs_heap_size_total_bytes: gauge('The heap of JavaScript'),
  nodejs_heap_size_used_bytes: gauge('What of it is used'),
  nodejs_external_memory_bytes: gauge('Memory outside of the heap that belongs to objects in it'),
  nodejs_heap_space_size_total_bytes: gauge('The heap by its parts', { space: 'the part' }),
  nodejs_heap_space_size_used_bytes: gauge('What of each part is used', { space: 'the part' }),
  nodejs_heap_space_size_available_bytes: gauge('What of each part is free', { space: 'the part' }),
  nodejs_version_info: gauge('Always 1; the version of Node.js', {
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
