import { isIP } from 'node:net';
import {
  type Choices,
  findAskedApplications,
  findAskedPeople,
  mostChoices,
  type Question,
} from '../../../domain/administration/explanations/index.ts';
import type { Application } from '../../../domain/applications/applications/index.ts';
import { identifier, type User } from '../../../domain/people/users/index.ts';
import { instantAt, minuteIn } from '../../../platform/clock/index.ts';
import type { PageContext } from '../../request/index.ts';

const names = ['person', 'application', 'from', 'browser', 'at'] as const;
type Fields = Record<(typeof names)[number], string>;

/** What somebody asks. `fields`: as the form shows them; `faults`: in the reader's words; `people` and `applications` to choose among, where several fit. */
export type Asked = {
  fields: Fields;
  faults: Record<string, string>;
  people: Choices<User>;
  applications: Choices<Application>;
  mostChoices: number;
  question?: Question;
};

/** Of an address that can be passed on: people and applications stand in it by id, by name, or by a part of it. */
export async function readQuestion(page: PageContext): Promise<Asked> {
  const { scope, context, services, t } = page;
  const fields = Object.fromEntries(names.map((name) => [name, page.query(name).trim().slice(0, 254)])) as Fields;
  const faults: Record<string, string> = {};
  const now = services.clock.now();
  const from = fields.from || (scope.actor.ip ?? '');
  if (isIP(from) === 0 && from !== '') faults.from = t('explain.no_address');
  const at = fields.at === '' ? now : instantAt(context.timeZone, fields.at.slice(0, 16));
  if (!at) faults.at = t('explain.no_time');
  const shown = { ...fields, from, at: fields.at && (at ? minuteIn(context.timeZone, at) : fields.at) };
  const [people, applications] = await Promise.all([
    findAskedPeople(scope, fields.person),
    findAskedApplications(scope, fields.application),
  ]);
  const [person, application] = [only(people), only(applications)];
  const asked: Asked = {
    fields: { ...shown, person: person ? identifier(person) : fields.person, application: application?.name ?? fields.application },
    faults,
    people: person ? none : people,
    applications: application ? none : applications,
    mostChoices,
  };
  // a link from somebody's page has the form filled in; a form that was sent says of which application, or of none
  const isSent = fields.person !== '' && page.ctx.query.application !== undefined;
  if (!isSent || Object.keys(faults).length > 0 || people.items.length > 1 || applications.items.length > 1) return asked;
  const question = {
    person: person?.userId ?? fields.person,
    applicationId: application?.applicationId,
    application: fields.application || undefined,
    ip: from,
    isKnownBrowser: fields.browser === 'known',
    at: at!,
  };
  return { ...asked, question };
}

const none = { items: [], hasMore: false };

const only = <T>({ items, hasMore }: Choices<T>): T | undefined => (items.length === 1 && !hasMore ? items[0] : undefined);
