import { listContexts } from '../../company/contexts/index.ts';
import { type Chore, eachCompany } from '../../job.ts';
import { warnOfExpiry } from './warn-of-expiry.ts';

/** Every morning. */
export const warnOfExpiryChore: Chore = {
  name: 'warn-of-expiry',
  run: async (server) => eachCompany(server, await listContexts(server.db), 'nobody could be warned of what ends', warnOfExpiry),
};
