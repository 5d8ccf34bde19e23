import { readdirSync, readFileSync } from 'node:fs';
import { configurationSchemaPath } from '../domain/administration/configuration/index.ts';
import { type Assets, createAssets } from '../platform/http/index.ts';

/** The style sheets, of parts in views/styles: what every page needs, and what the console, My profile and the Launchpad need besides. */
export const styleSheets = {
  'portaria.css': ['tokens', 'base', 'controls', 'surfaces', 'hosted', 'utilities'],
  'console.css': ['frame', 'search', 'lists', 'marks', 'records'],
  'guide.css': ['guide'],
};

/** Without comments and indentation, which only whoever reads the sources needs. */
const loadStyles = (parts: string[]): string =>
  parts
    .map((part) => readFileSync(new URL(`../../views/styles/${part}.css`, import.meta.url), 'utf8'))
    .join('')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\n\s+/g, '\n');

/** The script that every page has: one file, of parts in views/scripts, whose names are their own. */
const scripts = ['fields', 'passkeys', 'forms', 'sections', 'page'];

const loadScripts = (): string =>
  scripts.map((part) => readFileSync(new URL(`../../views/scripts/${part}.js`, import.meta.url), 'utf8')).join('');

/** Everything the browser loads, served by us. */
export function loadAssets(): Assets {
  const own = (name: string) => new URL(`../../views/assets/${name}`, import.meta.url);
  return createAssets({
    'portaria.css': loadStyles(styleSheets['portaria.css']),
    'console.css': loadStyles(styleSheets['console.css']),
    'guide.css': loadStyles(styleSheets['guide.css']),
    'portaria.js': loadScripts(),
    'conflicts.js': own('conflicts.js'),
    'files.js': own('files.js'),
    'lists.js': own('lists.js'),
    'combobox.js': own('combobox.js'),
    'picker.js': own('picker.js'),
    'search.js': own('search.js'),
    'icon.svg': own('icon.svg'),
    'icon-approval.svg': own('icon-approval.svg'),
  });
}

/** For browsers that ask the host and not the page. */
export const loadFavicon = (): Buffer => readFileSync(new URL('../../views/assets/favicon.ico', import.meta.url));

/** For editors, under the address at which they find it. */
export function loadConfigurationSchema(baseUrl: string): Buffer {
  const schema = JSON.parse(readFileSync(new URL('../../views/schemas/configuration.v1.json', import.meta.url), 'utf8'));
  return Buffer.from(JSON.stringify({ ...schema, $id: `${baseUrl}${configurationSchemaPath}` }));
}

/** The icons of views/icons, to be put into pages as they are: ours, so they are not escaped. @throws Error for a name there is not */
export function loadIcons(): (name: string) => string {
  const folder = new URL('../../views/icons/', import.meta.url);
  const icons = new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith('.svg'))
      .map((file) => [file.slice(0, -4), readFileSync(new URL(file, folder), 'utf8').trim()]),
  );
  return (name) => {
    const svg = icons.get(name);
    if (!svg) throw new Error(`no icon ${name}`);
    return svg;
  };
}
