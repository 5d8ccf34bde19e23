import type { Knex } from 'knex';

/**
 * What a simulation found: numbers, and one row for each person and application with another outcome. They belong to one run of their operation and go with it, with the
 * person and with the application. `position` is the order of names.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE simulations (
      context_id uuid NOT NULL,
      operation_id uuid NOT NULL,
      run integer NOT NULL,
      people integer NOT NULL,
      refused integer NOT NULL,
      asked integer NOT NULL,
      reasons jsonb NOT NULL,
      PRIMARY KEY (context_id, operation_id, run),
      FOREIGN KEY (context_id, operation_id) REFERENCES operations (context_id, operation_id) ON DELETE CASCADE
    );
    CREATE TABLE simulation_findings (
      context_id uuid NOT NULL,
      operation_id uuid NOT NULL,
      run integer NOT NULL,
      position integer NOT NULL,
      user_id uuid NOT NULL,
      application_id uuid,
      effect text NOT NULL CHECK (effect IN ('refused', 'asked')),
      reasons jsonb NOT NULL,
      PRIMARY KEY (context_id, operation_id, run, position),
      FOREIGN KEY (context_id, operation_id) REFERENCES operations (context_id, operation_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, user_id) REFERENCES users (context_id, user_id) ON DELETE CASCADE,
      FOREIGN KEY (context_id, application_id) REFERENCES applications (context_id, application_id) ON DELETE CASCADE
    );
    CREATE INDEX simulation_findings_effect ON simulation_findings (context_id, operation_id, run, effect, position);
    CREATE INDEX simulation_findings_user ON simulation_findings (context_id, user_id);
    CREATE INDEX simulation_findings_application ON simulation_findings (context_id, application_id) WHERE application_id IS NOT NULL;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE simulation_findings; DROP TABLE simulations;');
}
