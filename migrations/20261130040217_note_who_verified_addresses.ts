import type { Knex } from 'knex';

/**
 * Who says that an e-mail address is its person's: a link that was mailed to it, a file of the operator, or a directory. Addresses of people whom a file created were told
 * to applications as verified, though nobody had proven them: they are not any more. What the audit knows nothing of stays.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE users ADD COLUMN email_verified_by text CHECK (email_verified_by IN ('link', 'file', 'directory'));

    UPDATE users u SET email_verified_by = 'link' WHERE u.email_verified AND EXISTS (
      SELECT FROM audit_events a WHERE a.context_id = u.context_id AND a.subject_id = u.user_id AND a.outcome = 'success' AND (
        a.type = 'user.activated'
        OR (a.type = 'user.email-changed' AND a.actor->>'kind' = 'person')
        OR (a.type = 'user.created' AND a.actor->>'kind' = 'anonymous')));

    UPDATE users u SET email_verified_by = 'directory' FROM directory_entries e
    WHERE e.context_id = u.context_id AND e.user_id = u.user_id AND e.state = 'accepted' AND u.email_verified AND u.email_verified_by IS NULL;

    UPDATE users u SET email_verified = false WHERE u.email_verified AND u.email_verified_by IS NULL AND EXISTS (
      SELECT FROM audit_events a WHERE a.context_id = u.context_id AND a.subject_id = u.user_id AND a.type = 'user.created'
        AND a.actor->>'kind' IN ('operator', 'system'));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE users DROP COLUMN email_verified_by');
}
