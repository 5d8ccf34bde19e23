import { createSecretKey } from 'node:crypto';
import type { Knex } from 'knex';
import { sealData } from '../../src/domain/records/audit/personal.ts';
import type { ContextId, UserId } from '../../src/domain/scope.ts';
import { newId } from '../../src/platform/crypto/index.ts';

const dayMs = 86_400_000;
const step = 2000;

/**
 * Sign-ins of the last 30 days as the server records them, every word under its person's key; passwords, and a second factor of every third.
 * @param each of every person, at these applications in turn, from five places
 */
export async function seedSignIns(db: Knex, contextId: ContextId, applicationIds: string[], each: number): Promise<number> {
  const now = Date.now();
  let events = 0;
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const people: { user_id: UserId; key: Buffer }[] = await db('audit_keys')
      .where('context_id', contextId)
      .where('user_id', '>', after as UserId)
      .orderBy('user_id')
      .limit(step)
      .select('user_id', 'key');
    if (people.length === 0) break;
    after = people.at(-1)!.user_id;
    const rows = people.flatMap(({ user_id, key: bytes }, i) => {
      const key = createSecretKey(bytes);
      return Array.from({ length: each }, (_, j) => {
        const at = now - ((i * 7919 + j * 104_729) % 29_000) * (dayMs / 1000) - 1000;
        const id = newId(at);
        const ip = `10.${j % 5}.${i % 256}.1`;
        const details = { session: newId(at), amr: i % 3 === 0 ? ['pwd', 'otp', 'mfa'] : ['pwd'], protocol: 'oidc' };
        return {
          id,
          at: new Date(at),
          person: user_id,
          actor: sealData(key, id, 'actor', { name: 'Somebody', ip, userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0' }),
          subject: sealData(key, id, 'subject', { name: 'Somebody', details }),
          application: applicationIds[(i + j) % (applicationIds.length + 1)] ?? null,
        };
      });
    });
    const of = <Name extends keyof (typeof rows)[number]>(name: Name) => rows.map((row) => row[name]);
    await db.raw(
      `INSERT INTO audit_events (context_id, event_id, at, type, outcome, actor, actor_id, actor_sealed, subject_kind, subject_id, subject_sealed, application_id, details, seal_seq, seal_hash)
       SELECT ?, e.id, e.at, 'sign-in.succeeded', 'success', jsonb_build_object('kind', 'person', 'id', e.person), e.person, e.actor, 'user', e.person, e.subject, e.application, '{}', -?::bigint - e.n, '\\x00'
       FROM unnest(?::uuid[], ?::timestamptz[], ?::uuid[], ?::bytea[], ?::bytea[], ?::uuid[]) WITH ORDINALITY AS e (id, at, person, actor, subject, application, n)`,
      [contextId, events, of('id'), of('at'), of('person'), of('actor'), of('subject'), of('application')] as never,
    );
    events += rows.length;
  }
  await db.raw(
    `INSERT INTO passwords (context_id, user_id, hash, must_change, changed_at) SELECT context_id, user_id, 'none', false, now() - interval '40 days' FROM users WHERE context_id = ?`,
    [contextId],
  );
  await db.raw(
    `INSERT INTO second_factors (context_id, user_id, factor_id, kind, name, created_at)
     SELECT context_id, user_id, gen_random_uuid(), 'totp', 'Phone', now() FROM (SELECT *, row_number() OVER () AS n FROM users WHERE context_id = ?) AS u WHERE n % 3 = 0`,
    [contextId],
  );
  await db.raw('VACUUM ANALYZE');
  return events;
}
