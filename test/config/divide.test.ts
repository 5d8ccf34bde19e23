import { availableParallelism } from 'node:os';
import { expect } from 'chai';
import { loadConfig, partOf } from '../../src/config/index.ts';

const configOf = (env: Record<string, string>) => loadConfig(env);

describe('config: what several processes share', () => {
  it('one process has all of it', () => {
    const config = configOf({});
    expect(partOf(config)).to.equal(config);
  });

  it('is divided, and nobody is left without', () => {
    const config = configOf({
      PORTARIA_PROCESSES: '4',
      PORTARIA_DATABASE_POOL_SIZE: '40',
      PORTARIA_PASSWORD_CONCURRENCY: '8',
      PORTARIA_PASSWORD_QUEUE: '200',
      PORTARIA_CONTEXT_CACHE_SIZE: '100',
    });
    expect(partOf(config)).to.include({ databasePoolSize: 10, passwordConcurrency: 2, passwordQueue: 50, contextCacheSize: 25 });
    const small = configOf({
      PORTARIA_PROCESSES: '64',
      PORTARIA_DATABASE_POOL_SIZE: '1',
      PORTARIA_PASSWORD_CONCURRENCY: '0',
      PORTARIA_PASSWORD_QUEUE: '1',
      PORTARIA_CONTEXT_CACHE_SIZE: '1',
    });
    expect(partOf(small)).to.include({ databasePoolSize: 4, passwordConcurrency: 1, passwordQueue: 1, contextCacheSize: 1 });
  });

  it('auto is as many as there are processors; what is no number of processes is refused', () => {
    expect(configOf({ PORTARIA_PROCESSES: 'auto' }).processes).to.equal(Math.min(64, availableParallelism()));
    for (const value of ['0', '65', '1.5', 'many', '-1'])
      expect(() => configOf({ PORTARIA_PROCESSES: value }), value).to.throw(/PORTARIA_PROCESSES: must be .*whole number from 1 to 64/);
  });
});
