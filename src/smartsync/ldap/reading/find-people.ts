import type { AnswerOf, EntryRecord, RequestOf } from '../../../smartsync-protocol/index.ts';
import { code, hasCode, Refused } from '../failure.ts';
import { checkFilter, escapeFilterValue } from '../filter.ts';
import type { Servers, Session } from '../servers.ts';
import type { Work } from '../work.ts';
import { askedAttributes, binaryAttributes, personRecord } from './records.ts';

const most = 20;
const names = ['displayName', 'cn', 'sn', 'givenName', 'mail'];

/** By a part of a name, the login or the e-mail, with everything that the account may read. */
export async function findPeople(
  servers: Servers,
  { text, userFilter }: RequestOf<'find-people'>,
  { signal }: Work,
): Promise<AnswerOf<'find-people'>> {
  checkFilter(userFilter);
  const people = await servers.use('reading', (session) => search(session, text.trim(), userFilter), signal);
  return { outcome: 'accepted', people };
}

async function search({ connection, facts, base }: Session, text: string, userFilter: string): Promise<EntryRecord[]> {
  const logins = facts.kind === 'active-directory' ? ['sAMAccountName', 'userPrincipalName'] : ['uid'];
  const part = text === '' ? '*' : `*${escapeFilterValue(text)}*`;
  const filter = text === '' ? userFilter : `(&${userFilter}(|${[...names, ...logins].map((name) => `(${name}=${part})`).join('')}))`;
  const attributes = ['*', ...askedAttributes(facts, facts.kind === 'active-directory' ? [] : ['memberOf'])];
  const entries = await connection.search(base, { filter, attributes, bytes: binaryAttributes(facts), sizeLimit: most }).catch((error) => {
    throw hasCode(error, code.noSuchObject, code.referral) ? new Refused('base-not-found', base) : error;
  });
  return entries.slice(0, most).map((entry) => personRecord(facts, entry, 'all'));
}
