import { type Chore, eachCompany } from '../../job.ts';
import { listUntoldDirectories, tellOfAway } from './directory-state.ts';
import { findStaleDirectories, followAgents } from './watch-agents.ts';

/** What agents said and what became of them is followed at once. This mends what a failure in between left behind. */
export const followStaleDirectories: Chore = {
  name: 'follow-directories',
  run: async (server) =>
    eachCompany(server, await findStaleDirectories(server), 'the state of a directory could not be written', (scope, { directoryId }) =>
      followAgents({ ...scope, actor: { kind: 'system', name: 'smartsync' } }, directoryId),
    ),
};

export const tellOfAwayDirectories: Chore = {
  name: 'tell-of-away-directories',
  run: async (server) =>
    eachCompany(
      server,
      await listUntoldDirectories(server.db, server.clock.now()),
      'nobody could be told that a directory is away',
      (scope, { directoryId }) => tellOfAway(scope, directoryId),
    ),
};
