import type { DataFolder } from '../data-folder.ts';
import type { Secrets } from '../secrets.ts';
import { keysOfFile, type Setting, type SettingName, settings } from './schema.ts';

export const settingsFile = 'smartsync.json';

export type Kept = Partial<Record<SettingName, unknown>>;

const isSecret = (name: SettingName): boolean => (settings[name] as Setting).secret === true;

/** What smartsync.json says, with its secrets in plain. What a person typed there in plain is encrypted at once. @param faults takes what is wrong with it */
export function readSettingsFile(folder: DataFolder, secrets: Secrets, faults: string[]): Kept {
  const content = folder.read(settingsFile);
  if (content === undefined) return {};
  let read: unknown;
  try {
    read = JSON.parse(content);
  } catch (error) {
    faults.push(`${settingsFile}: is not JSON (${(error as Error).message})`);
    return {};
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    faults.push(`${settingsFile}: must hold one object, such as {"server": "https://id.example.com/acme"}`);
    return {};
  }
  const kept: Kept = {};
  let hasPlain = false;
  for (const [name, value] of Object.entries(read)) {
    if (!keysOfFile.includes(name as SettingName)) faults.push(`${settingsFile}: there is no setting ${name}`);
    else if (!isSecret(name as SettingName) || typeof value !== 'string') kept[name as SettingName] = value;
    else {
      hasPlain ||= value !== '' && !secrets.isSealed(value);
      try {
        kept[name as SettingName] = secrets.open(value, name);
      } catch (error) {
        faults.push(`${settingsFile}: ${name} ${(error as Error).message}`);
      }
    }
  }
  if (hasPlain && faults.length === 0) writeSettingsFile(folder, secrets, kept);
  return kept;
}

export function writeSettingsFile(folder: DataFolder, secrets: Secrets, kept: Kept): void {
  const written = Object.entries(kept)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => [name, isSecret(name as SettingName) ? secrets.seal(String(value), name) : value]);
  folder.write(settingsFile, `${JSON.stringify(Object.fromEntries(written), null, 2)}\n`);
}
