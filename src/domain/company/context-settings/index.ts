// Owns: what a company chose about one kind of thing (new accounts, appearance, words of mails, terms): one value by the schema that its slice brings, with version and audit.
// Does not: know what any of it means.

export { changeSettings, createSettingsFinder, loadSettings, type SettingsFinder, type SettingsKind } from './context-settings.ts';
export { removeSettings } from './remove-all.ts';
