import { findUsersBySubject } from '../../../domain/applications/assertions/index.ts';
import { findUserById, findUserByLogin, identifier, listUsers, type User } from '../../../domain/people/users/index.ts';
import { type AuditFilter, type EventKind, eventKinds } from '../../../domain/records/audit/index.ts';
import type { Scope } from '../../../domain/scope.ts';
import { isDay, startOfDay } from '../../../platform/clock/index.ts';
import type { PageContext } from '../../request/index.ts';

const names = ['kind', 'from', 'until', 'person', 'as', 'by', 'subject', 'application', 'type', 'outcome', 'support_code'] as const;

/** What the report shows besides a kind: `everything`, who looked at what, too. Without a word it is the activity. */
const everything = 'everything';
const isKind = (text: string): text is EventKind => Object.hasOwn(eventKinds, text);

/** What the report shows. `fields`: as they stand in the address and in the form; `faults`: in the reader's words. Days are the company's, both included. */
export async function readAuditFilter(
  { scope, context, t }: PageContext,
  value: (name: string) => string,
): Promise<{ filter: AuditFilter; fields: Record<string, string>; faults: Record<string, string> }> {
  const given = Object.fromEntries(names.map((name) => [name, value(name).trim().slice(0, 200)])) as Record<(typeof names)[number], string>;
  const faults: Record<string, string> = {};
  const dayAt = (name: 'from' | 'until', day: string): Date | undefined => {
    if (day === '') return undefined;
    if (isDay(day)) return startOfDay(context.timeZone, name === 'from' ? day : nextDay(day));
    faults[name] = t('fields.custom_date');
    return undefined;
  };
  // an address that names somebody by id, from their own page, goes on with their name
  const person = given.person ? await findPerson(scope, given.person) : await findUserById(scope, given.subject);
  if (given.person && !person) faults.person = t('fields.unknown_person');
  const by = given.by ? await findPerson(scope, given.by) : undefined;
  if (given.by && !by) faults.by = t('fields.unknown_person');
  // beside who did it, a person is whom it was done to
  if (by) given.as = person ? 'about' : '';
  // an address of before: everything but views
  if (given.type === 'no-views') given.type = '';
  // a type and a code have a kind of their own
  const isOne = given.type !== '' || given.support_code !== '';
  if (isOne || given.kind === 'activity' || !(isKind(given.kind) || given.kind === everything)) given.kind = '';
  const filter: AuditFilter = {
    from: dayAt('from', given.from),
    until: dayAt('until', given.until),
    type: given.type || undefined,
    kind: isOne || given.kind === everything ? undefined : isKind(given.kind) ? given.kind : 'activity',
    outcome: given.outcome || undefined,
    supportCode: given.support_code || undefined,
    applicationId: given.application || undefined,
    // of somebody who is gone only the id is left
    subjectId: person ? undefined : given.subject || undefined,
    ...(person && { [given.as === 'by' ? 'actorId' : given.as === 'about' ? 'subjectId' : 'personId']: person.userId }),
    ...(by && { actorId: by.userId }),
  };
  if (filter.from && filter.until && filter.from >= filter.until) faults.until = t('fields.day_not_after_from');
  if (person) [given.person, given.subject] = [given.person || identifier(person), ''];
  return { filter, fields: Object.fromEntries(Object.entries(given).filter(([, text]) => text !== '')), faults };
}

/** By e-mail or username, by a name that one person alone has, or by the pairwise subject that an application knows them by. */
async function findPerson(scope: Scope, text: string): Promise<User | undefined> {
  const found = await findUserByLogin(scope, text);
  if (found) return found;
  const { items } = await listUsers(scope, { search: text, by: 'name' }, 2);
  return items.length === 1 ? items[0] : (await findUsersBySubject(scope, text))[0];
}

const nextDay = (day: string): string => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
