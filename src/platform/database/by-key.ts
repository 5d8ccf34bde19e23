/**
 * A row found by equality of these columns and by nothing else, to JOIN and then filter. Plans of hot statements are made once, perhaps while a table is still small,
 * when any index that begins with the context looks as good as the key; behind this fence (OFFSET 0) the planner sees only the key.
 */
export const byKey = (table: string, alias: string, key: Record<string, string>): string =>
  `LATERAL (SELECT * FROM ${table} WHERE ${Object.entries(key)
    .map(([column, value]) => `${table}.${column} = ${value}`)
    .join(' AND ')} OFFSET 0) ${alias}`;
