// `npm run build [FOLDER]`, which `npm ci` runs as well: bundles the programs (a few files instead of 2,500) and compiles the templates, so that a start takes half the time and 30 MB less.
// start.mjs runs what is built only while the sources are the ones it was built from. Plain JavaScript, for Node >= 20. Without esbuild, a development dependency, nothing is built.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileFileClient } from 'pug';
import { folderOfBuilt, listOf, stampOf } from './built.mjs';
import { onlyEnglish } from './only-english.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = join(root, process.argv[2] ?? folderOfBuilt);
// it is emptied first
if (!/^dist[/\\][^./\\][^/\\]*$/.test(relative(root, folder))) {
  console.error('Usage: node scripts/build.mjs [dist/FOLDER]');
  process.exit(64);
}
const views = join(root, 'views');

const external = [
  // native, or with files beside themselves
  ...['@node-rs/argon2', '@silvia-odwyer/photon-node', 'argon2', 'libxml2-wasm', 'pino'],
  // large, and asked for seldom
  ...['@opentelemetry/exporter-trace-otlp-proto', '@opentelemetry/resources', '@opentelemetry/sdk-trace', '@zxcvbn-ts/language-common'],
  // taken by knex, pg and ws from whoever has them
  ...['better-sqlite3', 'bufferutil', 'mariadb', 'mysql', 'mysql2', 'oracledb', 'pg-native', 'sqlite3', 'tedious', 'utf-8-validate'],
];

const fromFolder = (file) => JSON.stringify(relative(folder, file).replaceAll('\\', '/'));

/** A module that looks for files beside itself goes on finding them beside its source. */
const besideTheirSources = {
  name: 'beside-their-sources',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      if (path.startsWith(join(root, 'src')) && text.includes('import.meta.url'))
        return { loader: 'ts', contents: text.replaceAll('import.meta.url', `new URL(${fromFolder(path)}, import.meta.url).href`) };
    }),
};

/** `compileFile` of pug, without pug. */
const compiledTemplates = {
  name: 'compiled-templates',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^pug$/ }, () => ({ path: 'pug', namespace: 'compiled-templates' }));
    onLoad({ filter: /.*/, namespace: 'compiled-templates' }, () => ({
      resolveDir: root,
      contents: `import { createRequire } from 'node:module';
        import { relative } from 'node:path';
        const require = createRequire(import.meta.url);
        export const compileFile = (file, { basedir }) => require('./views/' + relative(basedir, file) + '.cjs');`,
    }));
  },
};

function compileTemplates() {
  const files = readdirSync(views, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.pug'));
  for (const file of files) {
    const source = join(views, file);
    const target = join(folder, 'views', `${file}.cjs`);
    mkdirSync(dirname(target), { recursive: true });
    const body = compileFileClient(source, { basedir: views, compileDebug: false, inlineRuntimeFunctions: false, name: 'template' });
    writeFileSync(target, `const pug = require('pug-runtime');\n${body}\nmodule.exports = template;\n`);
  }
  return files.map((file) => join(views, file));
}

async function build({ build }) {
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: ['server', 'worker', 'portaria'].map((name) => join(root, `src/processes/${name}.ts`)),
    absWorkingDir: root,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    legalComments: 'none',
    logLevel: 'error',
    banner: { js: "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);" },
    external,
    plugins: [besideTheirSources, compiledTemplates, onlyEnglish],
  });
  const sources = Object.keys(metafile.inputs)
    .filter((file) => /^(src|package\.json)/.test(file))
    .map((file) => join(root, file));
  const ours = ['package-lock.json', 'scripts/build.mjs', 'scripts/built.mjs', 'scripts/only-english.mjs'].map((file) => join(root, file));
  const files = [...sources, ...compileTemplates(), ...ours];
  writeFileSync(listOf(folder), JSON.stringify(files.map((file) => stampOf(root, relative(root, file)))));
}

const esbuild = await import('esbuild').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  return undefined;
});
if (esbuild) await build(esbuild);
