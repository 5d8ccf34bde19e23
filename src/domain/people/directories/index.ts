// Owns: directories of a company, their settings and tokens, the agents that speak for them, and the company's rules about directories (decision 0019).
// Does not: ask a directory anything (directory-requests), keep who was imported (directory-entries) or import (administration/directory-runs).
export {
  type Agent,
  enrolAgent,
  fingerprintOf,
  getAgent,
  listAgents,
  listAgentsOf,
  noteAgentSeen,
  noteDirectoryState,
  revokeAgent,
} from './agents.ts';
export { addDirectory, editDirectory, makeToken, removeDirectory, revokeToken } from './change-directory.ts';
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
  listDirectories,
  listDirectoriesToRead,
  lockDirectory,
  noteReading,
  stateOf,
} from './store.ts';
export { areAtOdds, findStaleDirectories, followAgents, followLostAgent, isConnected, noteAgentsConnected } from './watch-agents.ts';
