import { fileURLToPath } from 'node:url';
import { compileFile, type compileTemplate } from 'pug';

export type Views = { render(name: string, locals: Record<string, unknown>): string };

/** Pug templates below `folder`, compiled when first used and kept. Everything interpolated is escaped. */
export function createViews(folder: URL): Views {
  const compiled = new Map<string, compileTemplate>();
  return {
    render(name, locals) {
      let template = compiled.get(name);
      if (!template) {
        template = compileFile(fileURLToPath(new URL(`${name}.pug`, folder)), { basedir: fileURLToPath(folder) });
        compiled.set(name, template);
      }
      return template(locals);
    },
  };
}
