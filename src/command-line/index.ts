// Owns: the commands of the `portaria` program: their words, options, output and exit codes. Does not: rules; each calls a use case.
export { runCommandLine } from './run.ts';
