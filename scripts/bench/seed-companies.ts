// Many companies that are alike: one is made by `portaria apply`, and its rows are written again for each of the others, with keys of the same bytes sealed for each.
import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { ContextId } from '../../src/domain/scope.ts';
import { newId, sha256 } from '../../src/platform/crypto/index.ts';
import { portaria } from '../../test/support/process.ts';
import { testKeyRing } from '../../test/support/server.ts';
import { applications } from './applications.ts';

export const codeOf = (n: number): string => (n === 0 ? 'bench' : `bench-${n}`);

/** What lies in the store of a company that nobody has used yet; keys are sealed for their company and are written one by one. */
const copied = ['groups', 'users', 'applications', 'application_groups', 'audit_chains'];
const sealed = {
  signing_keys: { column: 'private_jwk_encrypted', purpose: 'signing-key', by: 'kid' },
  saml_certificates: { column: 'private_key_encrypted', purpose: 'saml-key', by: 'fingerprint' },
} as const;

const state = {
  contexts: [
    {
      code: codeOf(0),
      name: 'Bench',
      users: [{ username: 'person', firstName: 'Person', lastName: 'Bench', password: 'a password for the bench' }],
      applications: applications('authorization_code'),
    },
  ],
};

/** The first company has as many people as there are companies: each with a session by a token that the one person of another company has there. @returns the tokens, and the id of everybody's SAML application */
export async function seedCompanies(knex: Knex, env: Record<string, string>, count: number): Promise<{ tokens: string[]; saml: string }> {
  const applied = portaria(['apply', '-'], env, JSON.stringify(state));
  if (applied.status !== 0) throw new Error(applied.stderr);
  const { context_id: first } = (await knex('contexts')
    .where({ code: codeOf(0) })
    .first('context_id'))!;
  const ids = Array.from({ length: count - 1 }, () => newId());
  for (let from = 0; from < ids.length; from += 500) await copyTo(knex, first, ids.slice(from, from + 500), from + 1);
  const { application_id: saml } = (await knex('applications').where({ context_id: first, code: 'saml' }).first('application_id'))!;
  const tokens = await addSessions(knex, first, count);
  await knex.raw('ANALYZE');
  return { tokens, saml };
}

async function addSessions(knex: Knex, first: ContextId, count: number): Promise<string[]> {
  const tokens = Array.from({ length: count }, () => randomBytes(32).toString('base64url'));
  const columns = Object.keys(await knex('users').columnInfo()).filter((name) => !['user_id', 'username', 'username_key'].includes(name));
  await knex.raw(
    `INSERT INTO users (user_id, username, username_key, ${columns.join(', ')}) SELECT gen_random_uuid(), 'person' || i, 'person' || i, ${columns.join(', ')}
     FROM users, generate_series(1, ?) AS i WHERE context_id = ? AND username = 'person'`,
    [count - 1, first],
  );
  const sessionsOf = `INSERT INTO sessions (context_id, session_id, user_id, token_hash, amr, authenticated_at, seen_at, expires_at, idle_seconds, ip, user_agent, created_at)
    SELECT u.context_id, gen_random_uuid(), u.user_id, given.hash, '{pwd}', now(), now(), now() + interval '12 hours', 7200, '127.0.0.1', 'bench', now()
    FROM unnest(?::bytea[], ?::text[]) AS given (hash, name)`;
  const hashes = tokens.map((token) => sha256(token));
  const names = (prefix: string) => tokens.map((_, n) => (n === 0 ? prefix : `${prefix}${n}`));
  await knex.raw(`${sessionsOf} JOIN users u ON u.username = given.name WHERE u.context_id = ?`, [hashes, names('person'), first]);
  const codes = tokens.map((_, n) => codeOf(n));
  await knex.raw(`${sessionsOf} JOIN contexts c ON c.code = given.name JOIN users u USING (context_id) WHERE c.context_id <> ?`, [
    hashes,
    codes,
    first,
  ]);
  return tokens;
}

async function copyTo(knex: Knex, first: string, ids: string[], from: number): Promise<void> {
  const columnsOf = async (table: string) => Object.keys(await knex(table).columnInfo());
  const codes = ids.map((_, i) => codeOf(from + i));
  const others = (await columnsOf('contexts')).filter((name) => !['context_id', 'code'].includes(name));
  await knex.raw(
    `INSERT INTO contexts (context_id, code, ${others.join(', ')}) SELECT made.id, made.code, ${others.join(', ')}
     FROM contexts, unnest(?::uuid[], ?::text[]) AS made (id, code) WHERE context_id = ?`,
    [ids, codes, first],
  );
  for (const table of copied) {
    const columns = (await columnsOf(table)).filter((name) => name !== 'context_id');
    await knex.raw(
      `INSERT INTO ${table} (context_id, ${columns.join(', ')}) SELECT made.id, ${columns.join(', ')}
       FROM ${table}, unnest(?::uuid[]) AS made (id) WHERE context_id = ?`,
      [ids, first],
    );
  }
  const keyRing = testKeyRing();
  for (const [table, { column, purpose, by }] of Object.entries(sealed)) {
    const rows: Record<string, string>[] = await knex(table).where({ context_id: first });
    const plain = rows.map((row) => keyRing.decrypt(row[column]!, `${purpose}:${first}:${row[by]}`));
    const made = ids.flatMap((context_id) =>
      rows.map((row, i) => ({
        ...row,
        context_id,
        [column]: keyRing.encrypt(plain[i]!, `${purpose}:${context_id}:${row[by]}`),
        ...(row.public_jwk ? { public_jwk: JSON.stringify(row.public_jwk) } : {}),
      })),
    );
    await knex.batchInsert(table, made as never, 500);
  }
}
