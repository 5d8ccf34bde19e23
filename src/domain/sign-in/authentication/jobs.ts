import { type Chore, eachCompany } from '../../job.ts';
import { listTrialsOver } from '../sign-in-policy/index.ts';
import { endTrial } from './change-policy.ts';

/** Every minute: a policy on trial that nobody confirmed goes back. */
export const endPolicyTrials: Chore = {
  name: 'end-policy-trials',
  async run(server) {
    const companies = (await listTrialsOver(server.db, server.clock.now())).map((contextId) => ({ contextId }));
    await eachCompany(server, companies, 'a trial of the sign-in policy could not be ended', endTrial);
  },
};
