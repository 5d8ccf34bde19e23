import { availableParallelism } from 'node:os';
import type { Config } from './schema.ts';

/** A request may hold a connection and ask for another. */
const fewestConnections = 4;

/** The settings of one of `processes`: what is bounded for the server stays so, however many processes it has. */
export function partOf(config: Config): Config {
  const { processes, databasePoolSize, passwordConcurrency, passwordQueue, contextCacheSize } = config;
  if (processes === 1) return config;
  const part = (all: number, least = 1) => Math.max(least, Math.floor(all / processes));
  return {
    ...config,
    databasePoolSize: part(databasePoolSize, fewestConnections),
    passwordConcurrency: part(passwordConcurrency || availableParallelism() - 1),
    passwordQueue: part(passwordQueue),
    contextCacheSize: part(contextCacheSize),
  };
}
