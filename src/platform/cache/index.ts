// Owns: what this process keeps in memory to spare a look-up: each cache has a name, room for so many entries, drops what was used least lately, and counts.
// Does not: know what is in them, nor when it is out of date (platform/database/noticed-cache.ts, and whoever keeps it).
export { Cache, type CacheFigures, measureCaches } from './cache.ts';
