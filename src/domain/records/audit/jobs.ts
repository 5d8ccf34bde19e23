import { type Chore, eachCompany } from '../../job.ts';
import { listUnsealed, sealEvents } from './seal-events.ts';

/** Every minute. */
export const sealAudit: Chore = {
  name: 'seal-audit',
  run: async (server) =>
    eachCompany(server, await listUnsealed(server.db), 'the audit could not be sealed', (scope, { timeZone }) =>
      sealEvents(scope, timeZone),
    ),
};
