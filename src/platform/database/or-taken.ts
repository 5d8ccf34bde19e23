/**
 * If two callers write the same name at once, the unique key decides: the second one gets an error.
 * @param taken by name of the unique index; a violation of another one is a fault of ours and stays as it is
 */
export async function orTaken<T>(write: Promise<T>, taken: Record<string, () => Error>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    const { code, constraint = '' } = error as { code?: string; constraint?: string };
    const tell = code === '23505' ? taken[constraint] : undefined;
    throw tell ? tell() : error;
  }
}
