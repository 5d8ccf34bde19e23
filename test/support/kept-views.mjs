// Loaded before everything else by the processes of a run of tests: a template that one has compiled is taken by the others, as Node does with modules (NODE_COMPILE_CACHE).
// Plain JavaScript, so that servers started by tests can load it with --import.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const pug = require('pug');
const wrap = require('pug-runtime/wrap');
const folder = process.env.NODE_COMPILE_CACHE && join(process.env.NODE_COMPILE_CACHE, '..', 'views');

/** What says that a file is the same as when it was compiled. */
const stateOf = (file) => {
  const { mtimeMs, size } = statSync(file);
  return [file, mtimeMs, size];
};

function readKept(place) {
  try {
    const { body, files } = JSON.parse(readFileSync(place, 'utf8'));
    const isSame = files.every((state) => stateOf(state[0]).join() === state.join());
    return isSame ? body : undefined;
  } catch {
    // nobody has compiled it, or a file of it is gone
    return undefined;
  }
}

function compileAndKeep(place, path, options) {
  const source = readFileSync(path, 'utf8');
  const { body, dependencies } = pug.compileClientWithDependenciesTracked(source, {
    ...options,
    filename: path,
    inlineRuntimeFunctions: false,
  });
  const unfinished = `${place}.${process.pid}`;
  writeFileSync(unfinished, JSON.stringify({ body, files: [path, ...dependencies].map(stateOf) }));
  renameSync(unfinished, place);
  return body;
}

if (folder) {
  mkdirSync(folder, { recursive: true });
  pug.compileFile = (path, options) => {
    const key = createHash('sha1')
      .update(JSON.stringify([path, options]))
      .digest('hex');
    const place = join(folder, `${key}.json`);
    return wrap(readKept(place) ?? compileAndKeep(place, path, options));
  };
}
