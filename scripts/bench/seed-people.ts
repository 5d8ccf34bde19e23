import type { Knex } from 'knex';

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

/** Fills a company by SQL alone; the events as the server writes them, without the people's words, which are encrypted one by one, and beside the chain, so that nobody seals them. */
export async function seedPeople(db: Knex, contextId: string, size: Size, say: (line: string) => void): Promise<void> {
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
  await step('statistics', 'VACUUM ANALYZE users; ');
  const chunk = 500_000;
  await db.raw('CREATE TEMP TABLE bench_people AS SELECT user_id, row_number() OVER () AS n FROM users WHERE context_id = ?', [contextId]);
  await db.raw('CREATE UNIQUE INDEX ON bench_people (n)');
  await db.raw('ANALYZE bench_people');
  for (let from = 1; from <= size.events; from += chunk) {
    const count = Math.min(chunk, size.events - from + 1);
    await step(
      `${from + count - 1} events`,
      `INSERT INTO audit_events (context_id, event_id, at, type, outcome, actor, actor_id, actor_sealed, subject_kind, subject_id, subject_sealed, reason, support_code, details, seal_seq, seal_hash)
       SELECT ?, (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(i % 4096), 3, '0') || '8' || substr(md5(i::text), 1, 15))::uuid, to_timestamp(ms / 1000.0), type,
         CASE WHEN type IN ('sign-in.failed', 'access.refused') THEN 'failure' ELSE 'success' END,
         jsonb_build_object('kind', 'person', 'id', p.user_id), p.user_id, decode(repeat(md5(i::text), 5), 'hex'), 'user', p.user_id, decode(repeat(md5(i::text), 6), 'hex'),
         CASE WHEN type = 'sign-in.failed' THEN 'wrong-password' END, CASE WHEN type = 'access.refused' THEN upper(substr(md5(i::text), 1, 4) || '-' || substr(md5(i::text), 5, 4)) END, '{}', -i, decode(md5(i::text), 'hex')
       FROM (SELECT i, (?::text[])[1 + (i * 7919) % 100 / 13 % 8] AS type, (extract(epoch FROM now()) * 1000)::bigint - (?::bigint - i) * ? AS ms, 1 + (i * 7919) % ? AS n
             FROM generate_series(?::bigint, ?::bigint) AS i) AS e JOIN bench_people p ON p.n = e.n`,
      // two years, evenly
      [contextId, types, size.events, Math.max(1, Math.floor((730 * 86_400_000) / size.events)), size.users, from, from + count - 1],
    );
  }
  await db.raw('DROP TABLE bench_people');
  await step(
    'days',
    `INSERT INTO audit_daily_counts (context_id, day, type, outcome, n) SELECT context_id, at::date, type, outcome, count(*) FROM audit_events WHERE context_id = ? GROUP BY 1, 2, 3, 4`,
    [contextId],
  );
  await step('statistics', 'VACUUM ANALYZE');
}
