/**
 * Where a slice keeps values that a key ring encrypted. Each slice says so beside what encrypts them, and is listed where master keys are retired; a test finds those
 * that nobody lists.
 */
export type SealedColumn = {
  table: string;
  column: string;
  /** In a column of JSON: the key under which the value lies. */
  field?: string;
  /** What `purposeOf` makes the purpose of that the value is bound to: columns, or expressions with a name (`… AS name`). */
  by: string[];
  purposeOf(row: Record<string, string>): string;
  /** Which rows, in SQL, where not all of them have one. */
  where?: string;
};
