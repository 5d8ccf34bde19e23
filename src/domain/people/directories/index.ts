// Owns: directories of a company, their settings and tokens, the agents that speak for them, and the company's rules about directories (decision 0019).
// Does not: ask a directory anything (directory-requests), keep who was imported (directory-entries) or import (administration/directory-runs).
export { claimAgents, forgetProcesses, listDirectoriesOfProcesses, noteProcess, takeLostProcesses } from './agent-processes.ts';
export {
  type Agent,
  enrolAgent,
  fingerprintOf,
  getAgent,
  listAgents,
  listAgentsOf,
  noteAgentSeen,
  revokeAgent,
} from './agents.ts';
export { addDirectory, editDirectory, makeToken, removeDirectory, revokeToken } from './change-directory.ts';
export { noteDirectoryState, tellOfAway, tellOfStop } from './directory-state.ts';
export { followStaleDirectories, tellOfAwayDirectories } from './jobs.ts';
export { measureDirectories } from './measure.ts';
export { removeDirectories } from './remove-all.ts';
export { type DirectoryRules, directoryRules } from './rules.ts';
export {
  attributesOf,
  type DirectoryInput,
  type DirectorySettings,
  directoryInput,
  filtersOf,
} from './settings.ts';
export {
  type Directory,
  type DirectoryState,
  findDirectoryByName,
  getDirectory,
  isTokenValid,
  listDirectories,
  listDirectoriesToRead,
  lockDirectory,
  noteReading,
  stateOf,
} from './store.ts';
export { areAtOdds, findSpeakingAgents, findStaleDirectories, followAgents, followLostAgent, isConnected } from './watch-agents.ts';
