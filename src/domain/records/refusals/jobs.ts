import type { Db } from '../../../platform/database/index.ts';
import { type Chore, eachCompany } from '../../job.ts';
import type { ContextId } from '../../scope.ts';
import { closeHours, overBy } from './close-hours.ts';

const listOpen = async (db: Db, now: Date): Promise<{ contextId: ContextId }[]> =>
  db('refusal_counts').whereNull('closed_at').where('hour', '<=', overBy(now)).distinct('context_id as contextId');

/** Every minute: what strangers were refused in the hour that is over. */
export const closeRefusals: Chore = {
  name: 'close-refusals',
  run: async (server) =>
    eachCompany(server, await listOpen(server.db, server.clock.now()), 'the refusals of an hour could not be recorded', closeHours),
};
