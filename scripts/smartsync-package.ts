// Makes the folder that SmartSync is given away as: one file with everything bundled, what starts it, and the licences. `node scripts/start.mjs scripts/smartsync-package.ts [folder]`.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onlyEnglish } from './only-english.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const mostBytes = 10e6;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };

// of what `import` brings only built-in modules are left, so this runs first
const banner = `import { createRequire } from 'node:module';
if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error('SmartSync needs Node.js 20 or newer; this is ' + process.version + '.');
  process.exit(69);
}
const require = createRequire(import.meta.url);`;

/** The packages of a bundle, by the files that went into it. */
const packagesOf = (inputs: string[]): string[] =>
  [...new Set(inputs.flatMap((file) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[0] ?? []))].sort();

type Manifest = { name: string; version: string; license: string; repository?: { url?: string } };
const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
const licenceFileOf = (folder: string): string | undefined => {
  const name = readdirSync(join(root, folder)).find((one) => /^(licen[cs]e|copying)/i.test(one));
  return name && join(root, folder, name);
};

/** What each package asks to be given on with it. Of some that one repository makes, only one has the file. */
function licences(folders: string[]): string {
  const parts = folders.map((folder) => {
    const { name, version, license, repository } = manifestOf(folder);
    const kin = folders.filter(
      (one) => repository?.url && manifestOf(one).repository?.url === repository.url && manifestOf(one).license === license,
    );
    const file = [folder, ...kin].map(licenceFileOf).find(Boolean);
    if (!file) throw new Error(`${name} has no file with its licence`);
    return `${name} ${version} (${license})\n\n${readFileSync(file, 'utf8').trim()}\n`;
  });
  return [`SmartSync ${version}\n\n${readFileSync(join(root, 'LICENSE'), 'utf8').trim()}\n`, ...parts].join(`\n${'='.repeat(80)}\n\n`);
}

/**
 * @param folder is emptied first
 * @returns bytes of all its files, and the packages in it
 * @throws Error when it is too large or something native is in it
 */
export async function packageSmartSync(folder: string): Promise<{ bytes: number; packages: string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, 'src/processes/smartsync.ts')],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile: 'smartsync.mjs',
    banner: { js: banner },
    legalComments: 'none',
    // native parts that ws goes without
    external: ['bufferutil', 'utf-8-validate'],
    plugins: [
      {
        name: 'only-the-version',
        setup: ({ onLoad }) =>
          onLoad({ filter: /[/\\]package\.json$/ }, ({ path }) =>
            path === join(root, 'package.json') ? { contents: JSON.stringify({ version }), loader: 'json' } : undefined,
          ),
      },
      onlyEnglish,
    ],
    logLevel: 'error',
  });
  const packages = packagesOf(Object.keys(metafile.inputs));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'smartsync.mjs'), outputFiles[0]!.contents);
  writeFileSync(join(folder, 'LICENSES.txt'), licences(packages));
  for (const name of readdirSync(join(root, 'scripts/smartsync'))) copyFileSync(join(root, 'scripts/smartsync', name), join(folder, name));
  const command = join(folder, 'smartsync.cmd');
  writeFileSync(command, readFileSync(command, 'utf8').replaceAll(/\r?\n/g, '\r\n'));
  chmodSync(join(folder, 'smartsync'), 0o755);
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  if (bytes > mostBytes) throw new Error(`The package has ${bytes} bytes, more than ${mostBytes}`);
  return { bytes, packages };
}

if (import.meta.main) {
  const folder = process.argv[2] ?? join(root, 'dist/smartsync');
  if (existsSync(folder) && existsSync(join(folder, 'data'))) throw new Error(`${folder} holds the data of an agent: take another folder`);
  const { bytes, packages } = await packageSmartSync(folder);
  console.log(
    `${folder}: SmartSync ${version}, ${(bytes / 1e6).toFixed(2)} MB, with ${packages.map((one) => one.slice('node_modules/'.length, -1)).join(', ')}`,
  );
}
