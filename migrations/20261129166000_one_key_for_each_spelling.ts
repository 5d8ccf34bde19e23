import { domainToASCII, domainToUnicode } from 'node:url';
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- the e-mail or username without its accents, of people where that is another text: searching alone
    ALTER TABLE users ADD COLUMN login_search text COLLATE "C";
  `);
  await renew(knex, { email: emailKey, username: loginFold, name: searchKey, search: searchKey });
  await index(knex, ', login_search');
}

export async function down(knex: Knex): Promise<void> {
  await renew(knex, { email: fold, username: fold, name: nameKey, search: () => '' });
  await index(knex, '');
  await knex.raw('ALTER TABLE users DROP COLUMN login_search');
}

async function index(knex: Knex, more: string): Promise<void> {
  const { rows } = await knex.raw(
    `SELECT quote_ident(n.nspname) || '.gin_trgm_ops' AS ops FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'`,
  );
  const { ops } = rows[0];
  await knex.raw(`
    DROP INDEX users_search, users_name;
    CREATE INDEX users_search ON users USING gin (name_key ${ops}, email_key ${ops}, username_key ${ops}${more && `${more} ${ops}`});
    CREATE INDEX users_name ON users (context_id, name_key, user_id) INCLUDE (role, status, email_key, username_key${more});
  `);
}

type Keys = Record<'email' | 'username' | 'name' | 'search', (text: string) => string>;
type Row = { context_id: string; user_id: string; email: string | null; username: string | null; first_name: string; last_name: string };

/** Of people whose keys may change by it: no text of ASCII alone does. */
async function renew(knex: Knex, keys: Keys): Promise<void> {
  const step = 5000;
  const moved: { contextId: string; userId: string; column: 'email_key' | 'username_key'; key: string }[] = [];
  for (let after = ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000']; ; ) {
    const { rows }: { rows: (Row & { email_key: string | null; username_key: string | null })[] } = await knex.raw(
      `SELECT context_id, user_id, email, username, first_name, last_name, email_key, username_key FROM users
       WHERE (context_id, user_id) > (?, ?) AND (concat(email, username, first_name, last_name) ~ '[^\\x01-\\x7f]|\`' OR email ~* 'xn--')
       ORDER BY context_id, user_id LIMIT ${step}`,
      after,
    );
    const searches = rows.map(({ email, username }) => {
      const login = email ? emailKey(email) : username ? loginFold(username) : '';
      const found = keys.search(login);
      return found === '' || found === login ? null : found;
    });
    await knex.raw(
      `UPDATE users u SET name_key = k.name_key, login_search = k.login_search
       FROM unnest(?::uuid[], ?::uuid[], ?::text[], ?::text[]) AS k (context_id, user_id, name_key, login_search)
       WHERE u.context_id = k.context_id AND u.user_id = k.user_id AND (u.name_key, u.login_search) IS DISTINCT FROM (k.name_key, k.login_search)`,
      [
        rows.map(({ context_id }) => context_id),
        rows.map(({ user_id }) => user_id),
        rows.map(({ first_name, last_name }) => keys.name(`${first_name} ${last_name}`.trim())),
        searches as string[],
      ],
    );
    for (const row of rows)
      for (const kind of ['email', 'username'] as const) {
        const [text, key] = [row[kind], row[`${kind}_key`]];
        if (text && key !== keys[kind](text))
          moved.push({ contextId: row.context_id, userId: row.user_id, column: `${kind}_key`, key: keys[kind](text) });
      }
    if (rows.length < step) break;
    const last = rows.at(-1)!;
    after = [last.context_id, last.user_id];
  }
  // all of them aside first: a key that one gives up is free for another. Whose key somebody else has keeps its old one behind a space, and is found by that
  for (const { contextId, userId, column } of moved)
    await knex<{ context_id: string; user_id: string }>('users')
      .where({ context_id: contextId, user_id: userId })
      .update({ [column]: knex.raw("' ' || ltrim(??)", [column]) });
  for (const { contextId, userId, column, key } of moved)
    await knex.raw(
      `UPDATE users SET ?? = ? WHERE context_id = ? AND user_id = ? AND NOT EXISTS (SELECT 1 FROM users o WHERE o.context_id = ? AND o.?? = ?)`,
      [column, key, contextId, userId, contextId, column, key],
    );
}

// what domain/people/users/keys.ts was when this was written

const fold = (value: string): string => value.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').trim();
const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/gu;
const loginFold = (value: string): string => fold(value.replace(unseen, '')).replace(/(?<=\p{Soft_Dotted}\p{M}{0,4})\u0307/gu, '');

function emailKey(address: string): string {
  const folded = loginFold(address);
  const raw = address.replace(unseen, '').normalize('NFKC').trim();
  const domain = raw.slice(raw.lastIndexOf('@') + 1).replaceAll('。', '.');
  if (!/[^\0-\x7f]|xn--/i.test(domain) || !/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return folded;
  const unicode = domainToUnicode(domainToASCII(domain.replaceAll('İ', 'i')));
  return unicode === '' ? folded : folded.slice(0, folded.lastIndexOf('@') + 1) + unicode;
}

const nameKey = (value: string): string => fold(value.normalize('NFD').replace(/\p{M}/gu, '')).replace(/\s+/g, ' ');
const plainLetters: Record<string, string> = { ø: 'o', ł: 'l', đ: 'd', ð: 'd', ħ: 'h', ŧ: 't', æ: 'ae', œ: 'oe', þ: 'th' };

const searchKey = (value: string): string =>
  nameKey(
    value
      .replace(unseen, '')
      .replace(/[‘’‚‛ʹʻʼʽ′´`ˈ]/g, "'")
      .replace(/[“”„‟″]/g, '"')
      .replace(/[‐‑‒–—―−]/g, '-'),
  ).replace(/[øłđðħŧæœþ]/g, (letter) => plainLetters[letter]!);
