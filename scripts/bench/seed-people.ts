import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Knex } from 'knex';
import { sealData } from '../../src/domain/records/audit/personal.ts';
import type { Row } from '../../src/domain/rows.ts';
import type { ContextId } from '../../src/domain/scope.ts';

export type Size = { users: number; groups: number; events: number };

/** 60 first and 60 last names, with Brazilian frequencies in mind: a few are everybody's. */
const firstNames =
  'Maria José Ana João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel Rafael Francisca Daniel Marcelo Bruno Eduardo Felipe Raimundo Rodrigo Antônia Manoel Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana Gabriela Vera Vitória Larissa Cláudia Beatriz Rita Luana Sônia Renata Eliane Débora Íris Yuri Wagner Otávio Úrsula Xênia Zilda'.split(
    ' ',
  );
const lastNames =
  'Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo Pinto Moura Correia Cavalcanti Castro Campos Monteiro Farias Barros Batista Duarte Brito Xavier Queiroz Zanella Wolff Yamamoto Krüger Ínigo Esteves Quintela Uchôa Hoffmann Jardim'.split(
    ' ',
  );
const types = [
  'sign-in.succeeded',
  'sign-in.failed',
  'session.ended',
  'user.edited',
  'user.viewed',
  'group.member-added',
  'access.refused',
  'user.blocked',
];

export type Person = { user_id: string; email_key: string | null; username_key: string | null };

/**
 * Fills a company by SQL; the events as the server writes them, and beside the chain, so that nobody seals them. People's words in them are encrypted one by one: in those
 * that the bench looks at (the newest, those of March, those of the people it looks for); the others hold as many bytes.
 * @returns people to look for
 */
export async function seedPeople(db: Knex, contextId: ContextId, size: Size, say: (line: string) => void): Promise<Person[]> {
  const started = Date.now();
  const step = async (what: string, sql: string, values: unknown[] = []) => {
    await db.raw(sql, values as never);
    say(`${what} ${((Date.now() - started) / 1000).toFixed(0)} s`);
  };
  const fold = (expression: string) => `lower(translate(${expression}, 'ÁÂÃÀÇÉÊÍÓÔÕÚÜáâãàçéêíóôõúü', 'AAAACEEIOOOUUaaaaceeiooouu'))`;
  await step(
    `${size.users} users`,
    `INSERT INTO users (context_id, user_id, email, email_key, email_verified, username, username_key, first_name, last_name, name_key, role, status, status_changed_at, department, created_at, updated_at)
     SELECT ?, gen_random_uuid(), e, e, true, u, u, first, last, ${fold("first || ' ' || last")}, role, status, now(), 'Department ' || i % 200, now(), now()
     FROM (SELECT i, role, status, first, last,
         CASE WHEN i % 10 < 7 OR role = 'administrator' THEN ${fold("first || '.' || replace(last, ' ', '.') || i || '@acme.example'")} END AS e,
         CASE WHEN i % 10 >= 7 AND role = 'regular' THEN ${fold("left(first, 1) || replace(last, ' ', '') || i")} END AS u
       FROM (SELECT i,
           CASE WHEN i % 2000 = 0 THEN 'administrator' ELSE 'regular' END AS role,
           CASE WHEN i % 1000 = 1 THEN 'blocked' WHEN i % 100 = 2 THEN 'invited' WHEN i % 50 = 3 THEN 'deactivated' ELSE 'activated' END AS status,
           (?::text[])[1 + floor(60 * power(random(), 2))::int] AS first,
           (?::text[])[1 + floor(60 * power(random(), 2))::int] || ' ' || (?::text[])[1 + floor(60 * power(random(), 2))::int] AS last
         FROM generate_series(1, ?) AS i) AS person) AS named`,
    [contextId, firstNames, lastNames, lastNames, size.users],
  );
  await step(
    `${size.groups} groups`,
    `INSERT INTO groups (context_id, group_id, name, name_key, description, created_at, updated_at)
     SELECT ?, gen_random_uuid(), 'Group ' || lpad(i::text, 5, '0'), 'group ' || lpad(i::text, 5, '0'), 'Made for the bench', now(), now() FROM generate_series(1, ?) AS i`,
    [contextId, size.groups],
  );
  await step(
    'members',
    `WITH u AS (SELECT user_id, row_number() OVER () AS n FROM users WHERE context_id = ?), g AS (SELECT group_id, row_number() OVER () AS n FROM groups WHERE context_id = ? AND NOT is_everyone)
     INSERT INTO group_members (context_id, group_id, user_id)
     SELECT ?::uuid, g.group_id, u.user_id FROM u JOIN g ON g.n = 1 + u.n % ? UNION SELECT ?::uuid, g.group_id, u.user_id FROM u JOIN g ON g.n = 1 + (u.n * 7) % ?`,
    [contextId, contextId, contextId, size.groups, contextId, size.groups],
  );
  await step(
    'keys',
    `INSERT INTO audit_keys (context_id, user_id, key) SELECT context_id, user_id, sha256(user_id::text::bytea) FROM users WHERE context_id = ? ON CONFLICT DO NOTHING`,
    [contextId],
  );
  await step(
    'last sign-ins',
    `INSERT INTO last_sign_ins (context_id, user_id, at) SELECT context_id, user_id, now() - random() * interval '200 days' FROM users WHERE context_id = ? AND random() < 0.7 ON CONFLICT DO NOTHING`,
    [contextId],
  );
  await step('statistics', 'VACUUM ANALYZE users, last_sign_ins; ');
  const chunk = 500_000;
  const { application_id: applicationId } = (await db('applications')
    .where({ context_id: contextId, code: 'payroll' })
    .first('application_id'))!;
  await db.raw('CREATE TEMP TABLE bench_people AS SELECT user_id, row_number() OVER () AS n FROM users WHERE context_id = ?', [contextId]);
  await db.raw('CREATE UNIQUE INDEX ON bench_people (n)');
  await db.raw('ANALYZE bench_people');
  for (let from = 1; from <= size.events; from += chunk) {
    const count = Math.min(chunk, size.events - from + 1);
    await step(
      `${from + count - 1} events`,
      `INSERT INTO audit_events (context_id, event_id, at, type, outcome, actor, actor_id, actor_sealed, subject_kind, subject_id, subject_sealed, application_id, reason, support_code, details, seal_seq, seal_hash)
       SELECT ?, (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(i % 4096), 3, '0') || '8' || substr(md5(i::text), 1, 15))::uuid, to_timestamp(ms / 1000.0), type,
         CASE WHEN type IN ('sign-in.failed', 'access.refused') THEN 'failure' ELSE 'success' END,
         jsonb_build_object('kind', 'person', 'id', p.user_id), p.user_id, decode(repeat(md5(i::text), 5), 'hex'), 'user', p.user_id, decode(repeat(md5(i::text), 6), 'hex'),
         CASE WHEN type IN ('access.refused', 'sign-in.succeeded') THEN ?::uuid END, CASE WHEN type = 'sign-in.failed' THEN 'wrong-password' END, CASE WHEN type = 'access.refused' THEN upper(substr(md5(i::text), 1, 4) || '-' || substr(md5(i::text), 5, 4)) END, '{}', -i, decode(md5(i::text), 'hex')
       FROM (SELECT i, (?::text[])[1 + (i * 7919) % 100 / 13 % 8] AS type, (extract(epoch FROM now()) * 1000)::bigint - (?::bigint - i) * ? AS ms, 1 + (i * 7919) % ? AS n
             FROM generate_series(?::bigint, ?::bigint) AS i) AS e JOIN bench_people p ON p.n = e.n`,
      // two years, evenly
      [
        contextId,
        applicationId,
        types,
        size.events,
        Math.max(1, Math.floor((730 * 86_400_000) / size.events)),
        size.users,
        from,
        from + count - 1,
      ],
    );
  }
  await db.raw('DROP TABLE bench_people');
  await db.raw('ANALYZE audit_events, audit_keys');
  const people: Person[] = await db('users').where('context_id', contextId).limit(2000).select('user_id', 'email_key', 'username_key');
  const events = () =>
    db('audit_events')
      .where('context_id', contextId)
      .whereNotNull('actor_id')
      .select('event_id', 'actor_id', 'type')
      .orderBy('event_id', 'desc');
  const ids = people.map(({ user_id }) => user_id);
  await sealWords(db, contextId, await events().limit(20_000));
  await sealWords(db, contextId, await events().whereBetween('at', ['2026-03-25', '2026-04-01']).limit(20_000));
  await sealWords(db, contextId, await events().whereIn('subject_id', ids).limit(50_000));
  say(`words ${((Date.now() - started) / 1000).toFixed(0)} s`);
  await step(
    'days',
    `INSERT INTO audit_daily_counts (context_id, day, type, outcome, n) SELECT context_id, at::date, type, outcome, count(*) FROM audit_events WHERE context_id = ? GROUP BY 1, 2, 3, 4`,
    [contextId],
  );
  await step('statistics', 'VACUUM ANALYZE');
  await step('on the disk', 'CHECKPOINT'); // what is read next is not read beside the seed's own writes
  return people;
}

/** As the server does it, each event's words under its person's key. */
async function sealWords(
  db: Knex,
  contextId: ContextId,
  events: Pick<Row<'audit_events'>, 'event_id' | 'actor_id' | 'type'>[],
): Promise<void> {
  const { rows } = await db.raw(
    `SELECT u.user_id, k.key, first_name || ' ' || last_name AS name FROM users u JOIN audit_keys k USING (context_id, user_id) WHERE u.context_id = ? AND u.user_id = ANY(?)`,
    [contextId, [...new Set(events.map(({ actor_id }) => actor_id!))]],
  );
  const people = new Map<string, { key: KeyObject; name: string }>(
    rows.map((row: { user_id: string; key: Buffer; name: string }) => [row.user_id, { ...row, key: createSecretKey(row.key) }]),
  );
  for (let i = 0; i < events.length; i += 5000) {
    const part = events.slice(i, i + 5000);
    const sealed = part.map(({ event_id, actor_id, type }) => {
      const { key, name } = people.get(actor_id!)!;
      const details = type === 'user.edited' ? { before: { department: 'Department 1' }, after: { department: 'Department 2' } } : {};
      return [
        sealData(key, event_id, 'actor', { name, ip: '203.0.113.9', userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0' }),
        sealData(key, event_id, 'subject', { name, details }),
      ];
    });
    await db.raw(
      `UPDATE audit_events e SET actor_sealed = w.actor, subject_sealed = w.subject FROM unnest(?::uuid[], ?::bytea[], ?::bytea[]) AS w (id, actor, subject) WHERE e.context_id = ? AND e.event_id = w.id`,
      [part.map(({ event_id }) => event_id), sealed.map(([actor]) => actor!), sealed.map(([, subject]) => subject!), contextId],
    );
  }
}
