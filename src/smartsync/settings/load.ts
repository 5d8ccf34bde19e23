import { readFileSync } from 'node:fs';
import { DataFolder } from '../data-folder.ts';
import { Secrets } from '../secrets.ts';
import { type Setting, type SettingName, type Settings, settings } from './schema.ts';
import { type Kept, readSettingsFile, settingsFile, writeSettingsFile } from './settings-file.ts';

/** All faults at once, each naming its setting, never the value of a secret. */
export class SettingsError extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super(
      `SmartSync's settings have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((one) => `  - ${one}`).join('\n')}`,
    );
    this.faults = faults;
  }
}

/** What is wrong, by setting. */
export type Faults = Partial<Record<SettingName, string>>;

/** Where settings stand, and what they are now: the environment first, then NAME_FILE there, smartsync.json, the default. */
export class SettingsStore {
  readonly folder: DataFolder;
  readonly secrets: Secrets;
  readonly #fixed: Kept;
  #kept: Kept;
  #current: Settings;

  /** @throws SettingsError with every fault found */
  constructor(env: NodeJS.ProcessEnv) {
    const faults: string[] = [];
    const names = Object.keys(settings) as SettingName[];
    const known = new Set(names.flatMap((name) => [settings[name].env, `${settings[name].env}_FILE`]));
    for (const name of Object.keys(env))
      if (name.startsWith('SMARTSYNC_') && !known.has(name)) faults.push(`${name}: there is no such setting`);
    this.#fixed = Object.fromEntries(
      names.map((name) => [name, fromEnvironment(settings[name].env, env, faults)]).filter(([, value]) => value !== undefined),
    );
    const dataDir = String(this.#fixed.dataDir ?? settings.dataDir.default);
    try {
      this.folder = new DataFolder(dataDir);
      this.secrets = new Secrets(this.folder);
    } catch (error) {
      throw new SettingsError([...faults, `${settings.dataDir.env}: ${dataDir} cannot be used: ${(error as Error).message}`]);
    }
    this.#kept = readSettingsFile(this.folder, this.secrets, faults);
    const { parsed, faults: more } = this.#parse(this.#kept);
    faults.push(...more.map(({ name, message }) => `${this.#placeOf(name)}: ${message}`));
    if (faults.length > 0) throw new SettingsError(faults);
    this.#current = parsed;
  }

  get current(): Settings {
    return this.#current;
  }

  /** Set by the environment: the page shows it and does not change it. */
  isFixed(name: SettingName): boolean {
    return this.#fixed[name] !== undefined;
  }

  /** What the settings would be with these changes. @returns faults by setting, of what is changed. @param changes undefined forgets one */
  preview(changes: Kept): { settings: Settings; faults: Faults } {
    const { parsed, faults } = this.#parse({ ...this.#kept, ...changes });
    const own = faults.filter(({ name }) => name in changes);
    return { settings: parsed, faults: Object.fromEntries(own.map(({ name, message }) => [name, message])) };
  }

  /** Keeps them in smartsync.json when all can be read. @returns faults by setting, and then nothing is kept. @param changes undefined forgets one */
  change(changes: Kept): Faults {
    const { settings, faults } = this.preview(changes);
    if (Object.keys(faults).length > 0) return faults;
    const kept = { ...this.#kept, ...changes };
    writeSettingsFile(this.folder, this.secrets, kept);
    this.#kept = kept;
    this.#current = settings;
    return {};
  }

  #placeOf(name: SettingName): string {
    return this.isFixed(name) || this.#kept[name] === undefined ? settings[name].env : `${settingsFile}: ${name}`;
  }

  #parse(kept: Kept): { parsed: Settings; faults: { name: SettingName; message: string }[] } {
    const parsed: Kept = {};
    const faults: { name: SettingName; message: string }[] = [];
    for (const [name, setting] of Object.entries(settings) as [SettingName, Setting][]) {
      const value = this.#fixed[name] ?? kept[name] ?? setting.default;
      const read = setting.type.safeParse(value);
      if (read.success) parsed[name] = read.data;
      else faults.push({ name, message: [...new Set(read.error.issues.map((issue) => issue.message))].join('; ') });
    }
    return { parsed: parsed as Settings, faults };
  }
}

function fromEnvironment(name: string, env: NodeJS.ProcessEnv, faults: string[]): string | undefined {
  const file = env[`${name}_FILE`];
  if (!file) return env[name] || undefined;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (error) {
    faults.push(`${name}_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return undefined;
  }
}
