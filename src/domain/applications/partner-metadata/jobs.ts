import { type Chore, enqueue, idOf, job, jobType } from '../../job.ts';
import type { ApplicationId } from '../../scope.ts';
import type { FetchMetadata } from './fetch-partner.ts';
import { refreshMetadata } from './refresh-metadata.ts';
import { listRefreshable } from './store.ts';

/** One partner's metadata is read again. */
const refresh = jobType('refresh-metadata', { applicationId: idOf<ApplicationId>() });

export const refreshMetadataJob = job(refresh, (scope, { applicationId }, { fetchMetadata }: { fetchMetadata: FetchMetadata }) =>
  refreshMetadata(scope, applicationId, fetchMetadata),
);

/** Every hour, a job for each partner: one that answers slowly keeps no other waiting. */
export const refreshAllMetadata: Chore = {
  name: 'refresh-all-metadata',
  async run({ db, scopeOf }) {
    for (const { contextId, applicationId } of await listRefreshable(db))
      await enqueue(scopeOf(contextId), refresh, { applicationId }, { key: `metadata ${applicationId}`, maxAttempts: 1 });
  },
};
