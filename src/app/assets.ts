import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { configurationSchemaPath } from '../domain/administration/configuration/index.ts';
import { type Assets, createAssets } from '../platform/http/index.ts';

/** Everything the browser loads, served by us. */
export function loadAssets(): Assets {
  const tabler = readFileSync(createRequire(import.meta.url).resolve('@tabler/core/dist/css/tabler.min.css'), 'utf8');
  const own = (name: string) => new URL(`../../views/assets/${name}`, import.meta.url);
  return createAssets({
    'tabler.css': followSystemTheme(tabler),
    'portaria.css': own('portaria.css'),
    'portaria.js': own('portaria.js'),
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

/**
 * Tabler turns dark by an attribute, which would need a script. Its few rules for `[data-bs-theme=dark]` are said again for browsers that ask for dark, so that
 * the system's choice holds from the first paint and without script.
 */
export function followSystemTheme(css: string): string {
  const dark: string[] = [];
  for (const [, selectors = '', declarations = ''] of css.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
    const own = selectors
      .split(',')
      .map((selector) => selector.trim())
      .filter((selector) => /^\[data-bs-theme=dark\]($|[ .])/.test(selector))
      .map((selector) => selector.replace('[data-bs-theme=dark]', ':root'));
    if (own.length > 0 && !selectors.trim().startsWith(':root')) dark.push(`${own.join(',')}{${declarations}}`);
  }
  return `${css.replace(/\/\*# sourceMappingURL=.*?\*\//, '')}@media (prefers-color-scheme:dark){${dark.join('')}}`;
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
