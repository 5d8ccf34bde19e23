import { globSync, readFileSync } from 'node:fs';

const root = new URL('../../node_modules/oidc-provider/lib/', import.meta.url);

/** What makes a page in the library's sources: markup, the type of one, or a call of something that answers with one. */
const makesPage = /<!DOCTYPE html>|<html|type = '(?:text\/)?html'|(?<!function )\b(?:formPost|webMessage|layoutTemplate|views\.\w+)\(/i;

/** Every function of oidc-provider that answers with a page or calls one that does, as `file function`, in order. */
export function findLibraryPages(): string[] {
  const found = new Set<string>();
  for (const file of globSync('**/*.js', { cwd: root }).sort()) {
    let name = '';
    for (const line of readFileSync(new URL(file, root), 'utf8').split('\n')) {
      name = /^\s*(?:export )?(?:default )?(?:async )?function (\w+)/.exec(line)?.[1] ?? name;
      if (makesPage.test(line)) found.add(`${file} ${name}`);
    }
  }
  return [...found];
}
