import pg from 'pg';

/**
 * How PostgreSQL would run statements in a store that has grown: without reading whole tables, where there is another way.
 * @param statements text by name
 */
export async function plansOf(
  url: string,
  statements: Iterable<[name: string, text: string]>,
): Promise<{ name: string; text: string; plan: string }[]> {
  // a client of its own: EXPLAIN (GENERIC_PLAN) takes no values, and knex would take a jsonb operator for a placeholder
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off');
    const plans = [];
    for (const [name, text] of statements) {
      const { rows } = await client.query(`EXPLAIN (GENERIC_PLAN) ${text}`);
      plans.push({ name, text, plan: rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n') });
    }
    return plans;
  } finally {
    await client.end();
  }
}
