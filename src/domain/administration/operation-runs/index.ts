// Owns: running an operation that an administrator asked for, as long as they are one, and telling them when it failed for good.
// Does not: keep operations (operations), nor know what a kind of them does.
export { type OperationTools, runOperationJob } from './jobs.ts';
