import { z } from 'zod';
import { lineRule, wordsRule } from '../../../platform/errors/index.ts';
import { type Locale, locales } from '../../../platform/i18n/index.ts';
import type { SettingsKind } from '../../company/context-settings/index.ts';
import type { Status } from '../../people/users/index.ts';
import { decodeCursor, encodeCursor, type Page, type Scope, type Transaction, type UserId } from '../../scope.ts';

const text = z.strictObject({
  title: z
    .string()
    .trim()
    .min(1, 'fields.required')
    .max(200, 'fields.text_long')
    .regex(/^\P{C}*$/u, 'fields.text_line')
    .meta(lineRule(200)),
  body: z.string().trim().min(1, 'fields.required').max(100_000, 'fields.text_long').meta(wordsRule),
});
export const termsTextsSchema = z
  .partialRecord(z.enum(locales), text)
  .refine((texts) => Object.keys(texts).length > 0, { path: ['en', 'title'], message: 'fields.required' });
/** By language; at least one. */
export type TermsTexts = z.output<typeof termsTextsSchema>;
export type Terms = { edition: number; texts: TermsTexts; publishedAt: Date };

/** Which edition is asked for; 0 is none. */
export const termsSettings: SettingsKind<{ edition: number }> = {
  name: 'terms',
  schema: z.strictObject({ edition: z.number().int().min(0).default(0) }),
};

const editions = ({ db, contextId }: Scope) => db('terms_editions').where('context_id', contextId);

/** @param edition the newest one when left out */
export async function findTerms(scope: Scope, edition?: number): Promise<Terms | undefined> {
  const query = editions(scope).orderBy('edition', 'desc').first('edition', 'texts', 'published_at');
  const row = await (edition === undefined ? query : query.where('edition', edition));
  return row && { edition: row.edition, texts: row.texts as Terms['texts'], publishedAt: row.published_at };
}

/** All of them, the newest first, with how many people accepted each. */
export async function listEditions({ db, contextId }: Scope): Promise<{ edition: number; publishedAt: Date; accepted: number }[]> {
  const rows = await db('terms_editions AS e')
    .where('e.context_id', contextId)
    .orderBy('e.edition', 'desc')
    .select(
      'e.edition',
      'e.published_at',
      db.raw('(SELECT count(*)::int FROM terms_acceptances a WHERE a.context_id = e.context_id AND a.edition = e.edition) AS accepted'),
    );
  return rows.map((row) => ({ edition: row.edition, publishedAt: row.published_at, accepted: row.accepted }));
}

/** @returns false when somebody published it meanwhile */
export async function insertTerms({ db, contextId, clock }: Transaction, edition: number, texts: TermsTexts): Promise<boolean> {
  const inserted = await db('terms_editions')
    .insert({ context_id: contextId, edition, texts: JSON.stringify(texts), published_at: clock.now() })
    .onConflict(['context_id', 'edition'])
    .ignore()
    .returning('edition');
  return inserted.length === 1;
}

/** In the reader's language, or in one that there is. */
export function textFor(texts: TermsTexts, locale: Locale): { locale: Locale; title: string; body: string } {
  const found = [locale, ...locales].find((one) => texts[one])!;
  return { locale: found, ...texts[found]! };
}

/** @returns false when the person had accepted it already */
export async function insertAcceptance(
  { db, contextId, clock, actor }: Transaction,
  userId: UserId,
  edition: number,
  locale: string,
): Promise<boolean> {
  const inserted = await db('terms_acceptances')
    .insert({ context_id: contextId, user_id: userId, edition, accepted_at: clock.now(), locale, ip: actor.ip ?? '' })
    .onConflict(['context_id', 'user_id', 'edition'])
    .ignore()
    .returning('edition');
  return inserted.length === 1;
}

/** Of one person, the latest edition first. */
export const listAcceptancesOf = (
  { db, contextId }: Scope,
  userId: UserId,
): Promise<{ edition: number; acceptedAt: Date; locale: string; ip: string }[]> =>
  db('terms_acceptances')
    .where({ context_id: contextId, user_id: userId })
    .orderBy('edition', 'desc')
    .select('edition', 'accepted_at AS acceptedAt', 'locale', 'ip');

const active: Status[] = ['activated', 'invited', 'blocked'];

/** Of the people who have an account: how many accepted this edition, and how many are there. */
export async function countAcceptances({ db, contextId }: Scope, edition: number): Promise<{ accepted: number; people: number }> {
  const [row] = await db('users')
    .where('context_id', contextId)
    .whereIn('status', active)
    .select<{ people: number; accepted: number }[]>(
      db.raw('count(*)::int AS people'),
      db.raw('count(*) FILTER (WHERE terms_edition >= ?)::int AS accepted', [edition]),
    );
  return row!;
}

export type Acceptance = { userId: UserId; firstName: string; lastName: string; login: string; acceptedAt?: Date; ip?: string };

/** S-report: who accepted this edition, or who has not. By name; `cursor` opens the next page. */
export async function listAcceptances(
  { db, contextId }: Scope,
  edition: number,
  { missing = false, cursor }: { missing?: boolean; cursor?: string },
  limit = 50,
): Promise<Page<Acceptance>> {
  const query = db('users AS u')
    .leftJoin('terms_acceptances AS a', (on) =>
      on.on('a.context_id', 'u.context_id').andOn('a.user_id', 'u.user_id').andOnVal('a.edition', edition),
    )
    .where('u.context_id', contextId)
    .orderBy(['u.name_key', 'u.user_id'])
    .limit(limit + 1)
    .select('u.user_id', 'u.name_key', 'u.first_name', 'u.last_name', 'u.email', 'u.username', 'a.accepted_at', 'a.ip');
  if (missing) query.whereNull('a.edition').whereIn('u.status', active);
  else query.whereNotNull('a.edition');
  const after = decodeCursor(cursor);
  if (after) query.whereRaw('(u.name_key, u.user_id) > (?, ?)', after);
  const rows = await query;
  const last = rows[limit - 1];
  return {
    items: rows.slice(0, limit).map((row) => ({
      userId: row.user_id,
      firstName: row.first_name,
      lastName: row.last_name,
      login: row.email ?? row.username,
      acceptedAt: row.accepted_at ?? undefined,
      ip: row.ip ?? undefined,
    })),
    cursor: rows.length > limit ? encodeCursor(last.name_key, last.user_id) : undefined,
  };
}
