import type { Effect, ListedFinding, Reason } from '../../../domain/administration/simulations/index.ts';
import { listApplicationsByIds } from '../../../domain/applications/applications/index.ts';
import { listGroupsByIds } from '../../../domain/people/groups/index.ts';
import { listUsersByIds, type User } from '../../../domain/people/users/index.ts';
import type { ApplicationId, GroupId, UserId } from '../../../domain/scope.ts';
import type { PageContext } from '../../request/index.ts';

/** A finding in the reader's words. */
export type Said = { user: User; application: string; applicationId?: ApplicationId; effect: Effect; reasons: string[] };

export const codeText = ({ t }: PageContext, effect: Effect, code: string): string =>
  t(`simulations.${effect === 'refused' ? 'refusals' : 'asks'}.${code.replaceAll('-', '_')}`);

/** Names of the people, applications and groups of a page of findings; who has gone meanwhile is left out. */
export async function sayFindings(page: PageContext, findings: ListedFinding[]): Promise<Said[]> {
  const { scope, t } = page;
  const sources = findings.flatMap(({ reasons }) => reasons.flatMap(({ from }) => from ?? []));
  const users = new Map(
    (
      await listUsersByIds(
        scope,
        findings.map(({ userId }) => userId),
      )
    ).map((user) => [user.userId, user] as [UserId, User]),
  );
  const applicationIds = [
    ...findings.flatMap(({ applicationId }) => applicationId ?? []),
    ...sources.flatMap((from) => (from.kind === 'application' ? from.applicationId : [])),
  ];
  const applications = new Map(
    (await listApplicationsByIds(scope, [...new Set(applicationIds)])).map((one) => [one.applicationId as string, one.name]),
  );
  const groups = await listGroupsByIds(scope, [
    ...new Set(sources.flatMap((from) => (from.kind === 'group' ? (from.groupId as GroupId) : []))),
  ]);
  const sayReason = (effect: Effect, { code, from }: Reason): string => {
    const said = codeText(page, effect, code);
    if (!from) return said;
    if (from.kind === 'role') return t('simulations.by_rule', { said, rule: t(`roles.${from.role}`) });
    const group = from.kind === 'group' ? groups.get(from.groupId as GroupId) : undefined;
    const rule =
      from.kind === 'application' ? applications.get(from.applicationId) : group?.isEveryone ? t('groups.everyone') : group?.name;
    return rule ? t('simulations.by_rule', { said, rule }) : said;
  };
  return findings.flatMap(({ userId, applicationId, effect, reasons }) => {
    const user = users.get(userId);
    if (!user) return [];
    const application = applicationId ? (applications.get(applicationId) ?? '–') : t('nav.launchpad');
    return [{ user, application, applicationId, effect, reasons: reasons.map((reason) => sayReason(effect, reason)) }];
  });
}
