import { type AuditFilter, listEvents } from '../../../domain/records/audit/index.ts';
import type { PageContext } from '../../request/index.ts';

export type LastChange = { name: string; isSelf: boolean; at: Date };
type Change = Pick<AuditFilter, 'types'> & { reason?: string };

const settings = (reason: string): Change => ({ types: ['settings.changed'], reason });

/** Where the audit report says who changed what the form of this address holds: by a parameter of the address, or by its events. */
const events: Record<string, Change> = {
  '/admin/settings': { types: ['context.edited'] },
  '/admin/certificates/entity-id': { types: ['context.edited'] },
  '/admin/policy': { types: ['sign-in-policy.changed', 'sign-in-policy.reverted'] },
  '/admin/policy/overrides/:override': { types: ['sign-in-policy.changed', 'sign-in-policy.reverted'] },
  '/admin/branding': { types: ['settings.changed', 'context.logo-changed'], reason: 'branding' },
  '/admin/messages/:mail/:locale': settings('mail-texts'),
  '/admin/new-accounts': settings('new-accounts'),
  '/admin/profiles': settings('profiles'),
  '/admin/audit/retention': settings('audit-retention'),
  '/admin/directories/rules': settings('directories'),
  '/admin/promotion/rules': settings('promotion'),
  '/admin/consent/edit': { types: ['terms.published'] },
};
const subjects = ['user', 'group', 'application', 'api', 'directory', 'field'];

/** @returns undefined where the report does not know any more */
export async function findLastChange({ scope, params, session }: PageContext, pattern: string): Promise<LastChange | undefined> {
  const { reason, ...filter } = events[pattern] ?? {};
  const subjectId = subjects.flatMap((one) => params[one] ?? [])[0];
  if (!filter.types && !subjectId) return undefined;
  const { items } = await listEvents(scope, filter.types ? { ...filter, outcome: 'success' } : { subjectId, kind: 'changes' });
  const found = items.find((one) => !reason || one.type !== 'settings.changed' || one.reason === reason);
  return found && { name: found.actor.name, isSelf: found.actor.id === session?.userId, at: found.at };
}
