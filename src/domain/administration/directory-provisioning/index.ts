// Owns: what Portaria writes to directories: making a person there (S98–S106), and whether somebody may sign in (S23, S128).
// Does not: passwords of the network (credentials), nor anything that comes from a directory (directory-runs, directory-acceptance).
export { writeStateJob, writeStates } from './jobs.ts';
export { findProvisioning, type ProvisionInput, type Provisioning, provisionPerson, suggestProvision } from './provision-person.ts';
export { requestStateWrite } from './request-state-write.ts';
export { writeState } from './write-state.ts';
