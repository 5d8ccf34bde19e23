// Owns: everything that the agent says to a directory in LDAP: connections, binds, reading, changes, writes.
// Does not: know the server, keep settings or show pages.
export { Directory } from './directory.ts';
export { type Check, type CheckName, type ConnectionReport, checks, type Fault, faults, type ServerCertificate } from './report.ts';
export type { DirectorySettings } from './settings.ts';
export { testConnection } from './test-connection.ts';
export type { Opened, Work } from './work.ts';
