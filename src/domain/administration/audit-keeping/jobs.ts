import { count } from '../../../platform/metrics/index.ts';
import { listContexts } from '../../company/contexts/index.ts';
import { type Chore, eachCompany } from '../../job.ts';
import { findHead, sealEvents } from '../../records/audit/index.ts';
import { listUnsealed } from './list-unsealed.ts';
import { purgeOldEvents } from './retention.ts';

/** Every minute. */
export const sealAudit: Chore = {
  name: 'seal-audit',
  run: async (server) =>
    eachCompany(server, await listUnsealed(server.db), 'the audit could not be sealed', (scope, { timeZone }) =>
      sealEvents(scope, timeZone).catch((error) => {
        count('portaria_audit_seal_failures_total', {});
        throw error;
      }),
    ),
};

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
