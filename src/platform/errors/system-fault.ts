const words: Record<string, (path: string) => string> = {
  ENOENT: (path) => `${path} does not exist, or the folder above it does not`,
  ENOTDIR: (path) => `${path} would lie below something that is no folder`,
  EISDIR: (path) => `${path} is a folder`,
  EEXIST: (path) => `${path} exists already`,
  EACCES: (path) => `${path} is closed to this user`,
  EPERM: (path) => `${path} does not belong to this user`,
  EROFS: (path) => `${path} lies on a file system that takes no writes`,
  ENOSPC: (path) => `the disk of ${path} is full`,
  EDQUOT: (path) => `this user may store no more where ${path} is`,
};

/**
 * What the system refused to do with a file, in words.
 * @param path where the error names none
 * @returns undefined for any other error
 */
export function describeSystemFault(error: unknown, path: string): string | undefined {
  const { code = '', path: named } = error as NodeJS.ErrnoException;
  return words[code]?.(named ?? path);
}
