// Owns: every setting of SmartSync, its default, meaning and check; reading them from environment and smartsync.json, and keeping what the page changes.
// Does not: act on them.
export { type Faults, SettingsError, SettingsStore } from './load.ts';
export { type Setting, type SettingName, type Settings, settings } from './schema.ts';
export type { Kept } from './settings-file.ts';
