import { readFileSync } from 'node:fs';
import { type Config, type Setting, settings } from './schema.ts';

/** All faults of a configuration at once, each naming its setting. */
export class ConfigError extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((f) => `  - ${f}`).join('\n')}`,
    );
    this.faults = faults;
  }
}

/** Reads the settings: config/default.json < environment < the file named by NAME_FILE. @throws ConfigError with every fault found, not only the first. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const defaults = JSON.parse(readFileSync(new URL('../../config/default.json', import.meta.url), 'utf8')) as Record<string, unknown>;
  const faults: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings) as [string, Setting][]) {
    const raw = rawValue(setting.env, env, faults) ?? defaults[name];
    const parsed = setting.type.safeParse(raw);
    if (parsed.success) config[name] = parsed.data;
    else faults.push(`${setting.env}: ${[...new Set(parsed.error.issues.map((issue) => issue.message))].join('; ')}`);
  }
  for (const name of Object.keys(defaults)) if (!(name in settings)) faults.push(`config/default.json: unknown setting ${name}`);
  const known = new Set(Object.values(settings).flatMap((s) => [s.env, `${s.env}_FILE`]));
  for (const name of Object.keys(env))
    if (name.startsWith('PORTARIA_') && !known.has(name)) faults.push(`${name}: there is no such setting`);
  if (faults.length > 0) throw new ConfigError(faults);
  config.baseUrl ??= `http://localhost:${config.port}`;
  return config as Config;
}

function rawValue(name: string, env: NodeJS.ProcessEnv, faults: string[]): string | undefined {
  const file = env[`${name}_FILE`];
  if (!file) return env[name] || undefined;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    faults.push(`${name}_FILE: cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return undefined;
  }
}
