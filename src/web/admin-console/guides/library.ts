import { readFile } from 'node:fs/promises';
import { Cache } from '../../../platform/cache/index.ts';
import { type MarkdownPage, renderMarkdown } from '../../../platform/markdown/index.ts';

const docs = new URL('../../../../docs/', import.meta.url);

const integrations = [
  'fluig',
  'apache-openid-connect',
  'apache-saml',
  'auth-js',
  'device',
  'dotnet',
  'gitlab',
  'go',
  'grafana',
  'laravel',
  'logout',
  'moodle',
  'nextcloud',
  'node',
  'php',
  'protect-api',
  'python',
  'service',
  'shibboleth',
  'simplesamlphp',
  'single-page',
  'smartsync',
  'spring-boot',
  'wordpress',
];

/** The guides that the server shows, by whom they are for. */
export const shelves = {
  administrators: ['administrators', 'directories', 'saml-options'],
  operators: ['operators', 'apply', 'metrics', 'errors'],
  developers: ['developers', 'conformance'],
  integrations,
} as const;

/** The file of each, inside docs. */
export const guideFiles: Record<string, string> = Object.fromEntries(
  Object.entries(shelves).flatMap(([shelf, names]) =>
    names.map((name) => [name, shelf === 'integrations' ? `guides/${name}.md` : `${name}.md`]),
  ),
);

const rendered = new Cache<Promise<MarkdownPage>>({ name: 'guides', max: Object.keys(guideFiles).length });

/** Made when first asked for, once in a process, and the same for every company. @returns undefined where there is none of that name, or its file is not installed */
export async function findGuide(name: string): Promise<MarkdownPage | undefined> {
  const file = Object.hasOwn(guideFiles, name) ? guideFiles[name] : undefined;
  if (!file) return undefined;
  let page = rendered.get(name);
  if (!page) {
    page = makeGuide(file);
    rendered.set(name, page);
  }
  try {
    return await page;
  } catch (error) {
    rendered.delete(name);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function makeGuide(file: string): Promise<MarkdownPage> {
  const source = await readFile(new URL(file, docs), 'utf8');
  const sizes = new Map<string, { width: number; height: number }>(
    await Promise.all([...source.matchAll(/\]\(images\/([\w-]+\.png)\)/g)].map(async ([, name]) => [name!, await sizeOf(name!)] as const)),
  );
  return renderMarkdown(source, {
    link: (href) => addressOf(href),
    image: (href) => {
      const name = href.replace(/^images\//, '');
      const size = sizes.get(name);
      return size && { src: `images/${name}`, ...size };
    },
  });
}

/** From one page of a guide to another, whatever company's; a file that is no guide has no page. */
function addressOf(href: string): string | undefined {
  if (/^(https?:|#)/.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const name = /^(?:\.\.\/|guides\/)?([\w-]+)\.md$/.exec(path)?.[1];
  return name && Object.hasOwn(guideFiles, name) ? name + (anchor ? `#${anchor}` : '') : undefined;
}

/** A picture of the guides, PNG. @returns undefined where there is none */
export async function findPicture(name: string): Promise<Buffer | undefined> {
  if (!/^[\w-]+\.png$/.test(name)) return undefined;
  try {
    return await readFile(new URL(`images/${name}`, docs));
  } catch {
    return undefined;
  }
}

/** From the file's own header (PNG, IHDR). */
async function sizeOf(name: string): Promise<{ width: number; height: number }> {
  const picture = await findPicture(name);
  return picture ? { width: picture.readUInt32BE(16), height: picture.readUInt32BE(20) } : { width: 0, height: 0 };
}
