// Owns: the agent beside a directory: its settings, its identity, the connection that it dials to the server, its local page.
// Does not: know the database, the domain or the web of Portaria; it reaches them by smartsync-protocol only.
//
//   settings/  what the environment, smartsync.json and the page say
//   identity/  the agent's keys
//   link/      the connection to the server, and serving what is asked over it
//   ldap/      the directory
//   page/      the local page
//   texts/     words in three languages
export { Agent } from './agent.ts';
export { createLog } from './log.ts';
export { servePage } from './page/page.ts';
export { SettingsError, SettingsStore } from './settings/index.ts';
