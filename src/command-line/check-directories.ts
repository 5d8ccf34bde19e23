import manifest from '../../package.json' with { type: 'json' };
import type { Store } from '../app/open-store.ts';
import { findFailure, findReadingPause } from '../domain/administration/directory-runs/index.ts';
import { type Context, listContexts } from '../domain/company/contexts/index.ts';
import { areAtOdds, type Directory, isConnected, isTokenValid, listAgents, listDirectories } from '../domain/people/directories/index.ts';
import { openScope, type Scope } from '../domain/scope.ts';
import { systemClock } from '../platform/clock/index.ts';
import { pendingMigrations } from '../platform/database/index.ts';
import { describeFault } from './advice.ts';
import type { Finding } from './finding.ts';
import { terminalWords } from './own-words.ts';

/** Directories that cannot be reached, wait for somebody, or are read no more; of a store whose schema is not this version's nothing is said. */
export async function checkDirectories(store: Store): Promise<Finding[]> {
  if ((await pendingMigrations(store.database.knex)).length > 0) return [];
  const findings: Finding[] = [];
  for (const context of await listContexts(store.database.knex)) {
    const scope = openScope({ ...store, clock: systemClock }, context.contextId, { kind: 'operator', name: 'doctor' });
    for (const directory of await listDirectories(scope)) findings.push(...(await checkDirectory(scope, context, directory)));
  }
  return findings;
}

async function checkDirectory(scope: Scope, { code }: Context, directory: Directory): Promise<Finding[]> {
  const { directoryId, name, unavailableSince, unavailableReason } = directory;
  const agents = await listAgents(scope, directoryId);
  const pause = await findReadingPause(scope, directoryId);
  const failure = await findFailure(scope, directoryId);
  const findings: Finding[] = [];
  const t = terminalWords();
  const warn = (message: string, remedy: string) =>
    findings.push({ check: 'directories', level: 'warning', message: `${code}/${name}: ${message}`, remedy });
  const isOld = ({ software }: { software: string }) => minorOf(software) !== minorOf(manifest.version);

  const now = scope.clock.now();
  if (agents.length === 0)
    warn(
      'no SmartSync serves it',
      isTokenValid(directory, now) ? 'Install SmartSync and give it the token.' : `portaria directory token ${code} "${name}"`,
    );
  else if (unavailableReason)
    warn(
      `${unavailableSince ? `unavailable since ${unavailableSince.toISOString()}` : 'not configured'}: ${describeFault(unavailableReason, t)}`,
      'See what the page of SmartSync says at "Test connection", and whether its machine reaches this server.',
    );
  const away = agents.filter((agent) => !isConnected(agent, now));
  if (away.length > 0 && away.length < agents.length)
    warn(
      `${away.length} of ${agents.length} SmartSync away: ${away.map(({ name }) => name).join(', ')}`,
      'Start it again, or revoke it in the console if it is gone for good.',
    );
  if (areAtOdds(agents, now))
    warn(
      'its SmartSync do not agree about its kind or Root DN',
      'Compare the Directory tabs of their pages, and mend the one that is wrong.',
    );
  for (const agent of agents.filter(isOld))
    warn(`the SmartSync on ${agent.name} is ${agent.software}`, `Install the one of version ${manifest.version} there.`);
  if (failure)
    warn(
      `the last import failed: ${[describeFault(failure.fault ?? 'failed', t), failure.faultDetail].filter(Boolean).join(' ')}`,
      `Mend what it names; "portaria directory run ${code} "${name}"" tries again.`,
    );
  if (pause?.reason === 'waits-for-answer')
    warn('a run waits for an answer: nothing is read meanwhile', `portaria directory approve ${code} "${name}", or decline`);
  else if (pause)
    warn(
      `a run was ${pause.reason}: nothing is read until somebody starts one or changes the settings`,
      `portaria directory run ${code} "${name}"`,
    );
  return findings;
}

/** Major and minor version at the end of what a program calls itself, such as `SmartSync 0.2.1`. */
const minorOf = (software: string): string => /(\d+\.\d+)(\.\d+)?[^.\d]*$/.exec(software)?.[1] ?? software;
