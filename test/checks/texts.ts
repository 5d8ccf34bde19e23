import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

const flatten = (value: object, prefix = ''): [string, string][] =>
  Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'string' ? [[prefix + key, inner] as [string, string]] : flatten(inner, `${prefix}${key}.`),
  );

/** The folders that hold texts in three languages. */
export const folders = [
  ...new Set(globSync('{views,src/smartsync}/**/texts.*.json', { cwd: root }).map((file) => file.slice(0, file.lastIndexOf('/')))),
].sort();

/** The texts of a folder in a language, by key. */
export const textsOf = (folder: string, locale: string): Map<string, string> =>
  new Map(flatten(JSON.parse(readFileSync(`${root}${folder}/texts.${locale}.json`, 'utf8'))));
