import { type Chore, eachCompany } from '../../job.ts';
import { findStaleDirectories, followAgents } from './watch-agents.ts';

/** What agents said and what became of them is followed at once. This mends what a failure in between left behind. */
export const followStaleDirectories: Chore = {
  name: 'follow-directories',
  run: async (server) =>
    eachCompany(server, await findStaleDirectories(server), 'the state of a directory could not be written', (scope, { directoryId }) =>
      followAgents({ ...scope, actor: { kind: 'system', name: 'smartsync' } }, directoryId),
    ),
};
