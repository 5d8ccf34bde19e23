import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const tools = `${root}test/deploy/tools/bin`;
export const read = (file: string): string => readFileSync(root + file, 'utf8');

/** What a tool says of files. @throws Error with its words where it finds a fault */
export function check(program: string, args: string[], cwd = root): string {
  try {
    return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`);
  }
}

export type Charts = {
  lint: { messages: { severity: number; error: string }[] };
  rendered: (Record<string, string> | string)[];
  faults: string[];
};

/** The chart by Helm's library, with each of these values, against the schemas of each of these versions. Needs `deploy-tools`. */
export const readCharts = (values: object[], versions: string[] = []): Charts =>
  JSON.parse(check(`${tools}/python`, ['test/deploy/charts.py', 'deploy/helm/portaria', JSON.stringify({ values, versions })]));

export const manifests = 'deploy/kubernetes/portaria.yaml';

/** The chart as it comes, in one file for who uses no Helm. */
export function plainManifests(): string {
  const [files] = readCharts([{}]).rendered;
  const head = '# Made from deploy/helm/portaria by `node scripts/start.mjs scripts/kubernetes-manifests.ts --write`: change the chart.\n';
  return `${head}${Object.values(files as Record<string, string>)
    .map((text) => `---\n${text.trim()}\n`)
    .join('')}`;
}
