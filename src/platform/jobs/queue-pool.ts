import pg from 'pg';
import { isUnavailable } from '../database/index.ts';

/**
 * The connections of graphile-worker (0.18). It does not wait for the statement by which a job ends: one that fails is an unhandled rejection, which ends the process, and
 * leaves the job locked. It tries again only after errors of few codes. So whatever says that the store is away has one of them here: cannot_connect_now.
 */
export class QueuePool extends pg.Pool {
  constructor(options: pg.PoolConfig) {
    super(options);
    // a lost connection is noticed by its user
    this.on('error', () => {});
    this.on('connect', (client) => {
      client.on('error', () => {});
      client.query = retryable(client.query.bind(client)) as typeof client.query;
    });
  }

  override connect: pg.Pool['connect'] = retryable(super.connect.bind(this)) as pg.Pool['connect'];
}

/** Of calls by promise; who gives a callback is not asked to try again. */
const retryable =
  (call: (...args: never[]) => unknown) =>
  (...args: unknown[]): unknown => {
    const result = call(...(args as never[]));
    return result instanceof Promise
      ? result.catch((error) => {
          throw isUnavailable(error) ? Object.assign(new Error(error.message, { cause: error }), { code: '57P03' }) : error;
        })
      : result;
  };
