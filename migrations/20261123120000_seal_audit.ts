import { createCipheriv, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- what the audit says of a person is encrypted under a key that goes with the person
    CREATE TABLE audit_keys (
      context_id uuid NOT NULL,
      user_id uuid NOT NULL,
      key bytea NOT NULL,
      PRIMARY KEY (context_id, user_id),
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE
    );

    ALTER TABLE audit_events
      ADD COLUMN actor_sealed bytea,
      ADD COLUMN subject_sealed bytea,
      ADD COLUMN seal_seq bigint,
      ADD COLUMN seal_hash bytea;
    CREATE INDEX audit_events_unsealed ON audit_events (context_id, event_id) WHERE seal_seq IS NULL;
    CREATE UNIQUE INDEX audit_events_chain ON audit_events (context_id, seal_seq) WHERE seal_seq IS NOT NULL;
    CREATE INDEX audit_events_application ON audit_events (context_id, application_id, event_id) WHERE application_id IS NOT NULL;
    CREATE INDEX audit_events_failure ON audit_events (context_id, event_id) WHERE outcome = 'failure';

    CREATE TABLE audit_chains (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      seq bigint NOT NULL,
      hash bytea NOT NULL,
      -- where the chain begins: what lay before was deleted when its time was over
      anchor_seq bigint NOT NULL,
      anchor_hash bytea NOT NULL,
      mac text NOT NULL,
      sealed_at timestamptz NOT NULL,
      PRIMARY KEY (context_id)
    );

    CREATE TABLE audit_daily_counts (
      context_id uuid NOT NULL REFERENCES contexts (context_id),
      day date NOT NULL,
      type text NOT NULL,
      outcome text NOT NULL,
      n integer NOT NULL,
      PRIMARY KEY (context_id, day, type, outcome)
    );
  `);
  await sealOldEvents(knex);
}

type Event = {
  context_id: string;
  event_id: string;
  actor: { kind: string; id?: string };
  actor_id: string | null;
  subject_kind: string | null;
  subject_id: string | null;
  subject_name: string | null;
  details: object;
};

/** As domain/audit does for new ones; of people who are gone already nothing is kept. */
async function sealOldEvents(knex: Knex): Promise<void> {
  const seal = (key: Buffer, eventId: string, part: string, value: unknown): Buffer => {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(`${eventId} ${part}`));
    return Buffer.concat([iv, cipher.update(JSON.stringify(value)), cipher.final(), cipher.getAuthTag()]);
  };
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const events: Event[] = await knex('audit_events')
      .where('event_id', '>', after)
      .orderBy('event_id')
      .limit(1000)
      .select('context_id', 'event_id', 'actor', 'actor_id', 'subject_kind', 'subject_id', 'subject_name', 'details');
    if (events.length === 0) return;
    for (const event of events) {
      const { kind, id, ...of } = event.actor;
      const changes: Record<string, unknown> = {};
      const own = event.actor_id ? await keyOf(knex, event.context_id, event.actor_id) : undefined;
      if (event.actor_id) {
        changes.actor = JSON.stringify({ kind, id });
        changes.actor_sealed = own ? seal(own, event.event_id, 'actor', of) : null;
      }
      if (event.subject_kind === 'user' && event.subject_id) {
        const key = await keyOf(knex, event.context_id, event.subject_id);
        const actor = kind === 'anonymous' ? of : undefined;
        if (actor) changes.actor = JSON.stringify({ kind, name: '' });
        changes.subject_name = null;
        changes.details = '{}';
        const value = { name: event.subject_name, details: event.details, actor };
        changes.subject_sealed = key ? seal(key, event.event_id, 'subject', value) : null;
      }
      if (Object.keys(changes).length > 0)
        await knex('audit_events').where({ context_id: event.context_id, event_id: event.event_id }).update(changes);
    }
    after = events.at(-1)!.event_id;
  }
}

async function keyOf(knex: Knex, context_id: string, user_id: string): Promise<Buffer | undefined> {
  await knex.raw(
    `INSERT INTO audit_keys (context_id, user_id, key) SELECT context_id, user_id, ? FROM users WHERE context_id = ? AND user_id = ? ON CONFLICT DO NOTHING`,
    [randomBytes(32), context_id, user_id],
  );
  return (await knex('audit_keys').where({ context_id, user_id }).first('key'))?.key;
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE audit_daily_counts;
    DROP TABLE audit_chains;
    DROP INDEX audit_events_unsealed, audit_events_chain, audit_events_application, audit_events_failure;
    ALTER TABLE audit_events DROP COLUMN actor_sealed, DROP COLUMN subject_sealed, DROP COLUMN seal_seq, DROP COLUMN seal_hash;
    DROP TABLE audit_keys;
  `);
}
