import { AppError } from '../../../platform/errors/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { type DirectoryRules, directoryRules } from '../../people/directories/index.ts';
import { findLink } from '../../records/one-time-links/index.ts';
import type { Scope } from '../../scope.ts';
import { findStanding, mayUsePersonalPassword, networkEntryOf, type Standing } from '../../sign-in/authentication/index.ts';
import type { NetworkEntry } from '../../sign-in/credentials/directory-password/index.ts';

/** What brings somebody back who forgot their password. `told`: only the directory can, and the mail says so. */
export type Recovery = { by: 'personal' } | { by: 'network'; entry: NetworkEntry } | { by: 'told' };

/** Who has a personal password, or may have one and has none of the network, chooses a personal one. */
export function whatRecovers(standing: Standing, rules: DirectoryRules): Recovery {
  const { password, network: entry } = standing;
  if (!networkEntryOf(standing, rules) || (mayUsePersonalPassword(standing, rules) && (password || isAdministrator(standing))))
    return { by: 'personal' };
  return rules.resetNetworkPassword ? { by: 'network', entry: entry! } : { by: 'told' };
}

const isAdministrator = ({ user }: Standing): boolean => user.role === 'administrator';

/** Whose link it is, while it can be used, and what it changes. @throws AppError link_over */
export async function openRecovery(
  scope: Scope,
  token: string,
): Promise<{ standing: Standing; recovery: Exclude<Recovery, { by: 'told' }> }> {
  const userId = (await findLink(scope, 'recovery', token))?.userId;
  const standing = userId && (await findStanding(scope, userId, ''));
  const recovery = standing && whatRecovers(standing, (await loadSettings(scope, directoryRules)).value);
  if (!recovery || recovery.by === 'told') throw new AppError('link_over', 410);
  return { standing, recovery };
}
