import type { Knex } from 'knex';

/** From a production company to its approval environment: asked at its console's pages. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('CREATE INDEX contexts_paired ON contexts (paired_context_id) WHERE paired_context_id IS NOT NULL;');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP INDEX contexts_paired;');
}
