// Owns: every setting of a deployment, its default, meaning and check; reading them from file and environment.
// Does not: construct anything from them (app) nor hand itself to the rest of the code (each gets the few values it needs).
export { partOf } from './divide.ts';
export { ConfigError, loadConfig } from './load.ts';
export { type Config, type Setting, settings } from './schema.ts';
