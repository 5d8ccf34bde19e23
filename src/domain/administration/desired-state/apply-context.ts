import type { DesiredContext } from '../configuration/index.ts';
import { applyApis } from './apply-apis.ts';
import { applyApplications } from './apply-applications.ts';
import { applyCustomFields } from './apply-custom-fields.ts';
import { applyDirectories } from './apply-directories.ts';
import { applyGroups, applyUsers } from './apply-people.ts';
import { applyPolicy } from './apply-policy.ts';
import { applySettings } from './apply-settings.ts';
import type { Applying } from './applying.ts';
import { part } from './part.ts';
import { describeRemoval, type Removal, removeObjects } from './remove-objects.ts';

/** Brings one company to what is said of it, in the order in which one thing needs another. @param findRemovals what goes, asked when everything else is done */
export async function applyContext(
  applying: Applying,
  desired: DesiredContext,
  findRemovals: () => Promise<Removal[]> = async () => [],
): Promise<void> {
  await applyCustomFields(applying, desired);
  await applySettings(applying, desired);
  await applyDirectories(applying, desired);
  await applyUsers(applying, desired);
  await applyGroups(applying, desired);
  await applyApplications(applying, desired);
  await applyApis(applying, desired);
  // before the policy, which keeps a rule about somebody who is there
  const removals = (await part(applying, [], findRemovals)) ?? [];
  const overrides = removals.filter(({ kind }) => kind === 'override');
  if (desired.policy || overrides.length > 0) await applyPolicy(applying, desired.policy ?? {}, new Set(overrides.map(({ key }) => key)));
  for (const one of overrides) applying.result.changes.push({ action: 'removed', what: describeRemoval(one) });
  await removeWords(applying, removals);
  await removeObjects(applying, removals);
}

/** To a mail that has none of its own, the words of the product come back. */
async function removeWords(applying: Applying, removals: Removal[]): Promise<void> {
  const mails: Record<string, Record<string, null>> = {};
  for (const { kind, key } of removals) {
    if (kind !== 'mail') continue;
    const [mail, locale] = key.split('.') as [string, string];
    mails[mail] = { ...mails[mail], [locale]: null };
  }
  if (Object.keys(mails).length === 0) return;
  // told as what it is, one by one
  await applySettings({ ...applying, result: { ...applying.result, changes: [] } }, { mails });
  for (const one of removals.filter(({ kind }) => kind === 'mail'))
    applying.result.changes.push({ action: 'removed', what: describeRemoval(one) });
}
