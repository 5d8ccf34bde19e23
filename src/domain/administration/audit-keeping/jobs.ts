import { listContexts } from '../../company/contexts/index.ts';
import { type Chore, eachCompany } from '../../job.ts';
import { findHead } from '../../records/audit/index.ts';
import { purgeOldEvents } from './retention.ts';

/** What is older than the company keeps goes, every night. */
export const purgeAudit: Chore = {
  name: 'purge-audit',
  run: async (server) =>
    eachCompany(server, await listContexts(server.db), 'what is old could not be deleted from the audit', async (scope, { code }) => {
      try {
        await purgeOldEvents(scope);
      } finally {
        const head = await findHead(scope);
        // kept outside of the store: whoever cuts a chain back cannot change what was logged
        if (head) server.log.info({ context: code, seq: head.seq, hash: head.hash.toString('hex') }, 'audit chain');
      }
    }),
};
