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
        // with it a template notes at each line where it is, and is searched through when it fails
        const compileDebug = false;
        template = compileFile(fileURLToPath(new URL(`${name}.pug`, folder)), { basedir: fileURLToPath(folder), compileDebug });
        compiled.set(name, template);
      }
      return template(locals);
    },
  };
}
