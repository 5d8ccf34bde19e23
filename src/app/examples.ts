import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const folderOf = (name: string): URL => new URL(`../../examples/${name}/`, import.meta.url);

/** Whether an example and its packages are installed: an image for production has neither. */
export function isExampleInstalled(name: string): boolean {
  const manifest = new URL('package.json', folderOf(name));
  if (!existsSync(manifest)) return false;
  const { paths } = createRequire(manifest).resolve;
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(readFileSync(manifest, 'utf8'));
  return Object.keys(dependencies).every((one) => paths(one)?.some((folder) => existsSync(`${folder}/${one}/package.json`)));
}

/** Starts an example in a process of its own, which knows of us what any application knows, and ends when we do. */
export function startExample(name: string, env: Record<string, string>, say: (line: string) => void): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('app.ts', folderOf(name)))], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, ...env },
  });
  child.on('error', (error) => say(`The example ${name} does not start: ${error.message}`));
  return child;
}
