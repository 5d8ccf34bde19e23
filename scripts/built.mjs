// What build.mjs has built, and from which sources. Plain JavaScript, as start.mjs.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const folderOfBuilt = 'dist/programs';
const listName = 'built-from.json';

/** By whole seconds, which every copy of a folder keeps. */
export function stampOf(root, file) {
  const { size, mtimeMs } = statSync(join(root, file));
  return [file, size, Math.floor(mtimeMs / 1000)];
}

export const listOf = (folder) => join(folder, listName);

/** @returns the path of a program below `root`, or undefined where it was not built, or from other sources than those that are there */
export function builtProgram(root, name) {
  try {
    const stamps = JSON.parse(readFileSync(listOf(join(root, folderOfBuilt)), 'utf8'));
    const isSame = ([file, ...stamp]) => stamp.join() === stampOf(root, file).slice(1).join();
    const program = `${folderOfBuilt}/${name}.mjs`;
    return stamps.every(isSame) && statSync(join(root, program)).isFile() ? program : undefined;
  } catch {
    return undefined;
  }
}
