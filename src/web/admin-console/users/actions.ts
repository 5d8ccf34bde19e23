import { type AccountChange, accountChanges, offersChange } from '../../../domain/administration/account-changes/index.ts';
import type { User } from '../../../domain/people/users/index.ts';

/** A link of a person's page. @property text key of its words @property path after the person's own address, or from the console's root */
export type Action = { text: string; path: string; isDangerous?: true };

/** What may be done to this person now. */
export const actionsFor = (user: User, isSelf: boolean): AccountChange[] =>
  (Object.keys(accountChanges) as AccountChange[]).filter((change) => offersChange(change, user, isSelf));

/** What else of the person's page decides what it offers. */
export type Facts = { isSelf: boolean; hasPlan: boolean; hasSecondFactor: boolean; canProvision: boolean; hasPhoto: boolean };

/** What a status calls for comes first; of everybody else the data are edited. */
const called: AccountChange[] = ['resend-invitation', 'unblock', 'reactivate'];

/**
 * S72: one action stands by itself, all others in the menu, in groups.
 * @param base the person's own address
 */
export function offerActions(base: string, user: User, facts: Facts): { primary?: Action; menu: Action[][] } {
  const at = (text: string, path: string): Action => ({ text, path: `${base}/${path}` });
  const exported = at('personal_data.submit', 'personal-data');
  if (user.deletingSince) return { menu: [[exported]] };
  const changes = actionsFor(user, facts.isSelf);
  const change = (one: AccountChange) => at(`users.actions.${one.replace('-', '_')}`, one);
  const edit = at('page.edit', 'edit');
  const first = called.find((one) => changes.includes(one));
  const canPlan = user.status === 'activated' && !facts.isSelf && !facts.hasPlan;
  const account = [
    ...(first ? [edit] : []),
    ...changes.filter((one) => one !== first && one !== 'delete').map(change),
    ...(canPlan ? [at('planned_deactivation.title', 'temporary-deactivation')] : []),
  ];
  const access = [
    ...(facts.hasSecondFactor && !facts.isSelf ? [at('factor_reset.submit', 'second-factors')] : []),
    ...(facts.canProvision ? [at('provision.title', 'provision')] : []),
  ];
  const looks = [
    { text: 'nav.explain', path: `/admin/explain?person=${user.userId}` },
    at('access_map.view_launchpad', 'view-launchpad'),
    exported,
    ...(facts.hasPhoto ? [at('confirm.remove_photo.submit', 'photo/remove')] : []),
  ];
  const last: Action[] = changes.includes('delete') ? [{ ...change('delete'), isDangerous: true }] : [];
  return {
    primary: first ? change(first) : edit,
    menu: [account, linkActions(base), access, looks, last].filter((group) => group.length > 0),
  };
}

/** S91–S96: groups and applications, from the person's page and from each row of the list. */
export const linkActions = (base: string): Action[] =>
  (['groups', 'applications'] as const).flatMap((kind) => [
    { text: `links.add_${kind}`, path: `${base}/${kind}/add` },
    { text: `links.manage_${kind}`, path: `${base}/${kind}` },
  ]);
