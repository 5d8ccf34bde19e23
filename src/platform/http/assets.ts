import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Middleware } from 'koa';
import { acceptedEncoding } from './compress.ts';

export type Assets = {
  /** The address of a file, with the hash of its content, so that browsers may keep it for ever. */
  url(name: string): string;
  has(path: string): boolean;
  middleware: Middleware;
};

const types: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
};

type File = { path: string; type: string; content: Buffer; compressed: Map<'br' | 'gzip', Promise<Buffer>> };

/** @param sources by public name: a file, or its content. Compressed once, when first asked for. A script may import one that stands before it, by `./name` */
export function createAssets(sources: Record<string, URL | string>, prefix = '/assets'): Assets {
  const byName = new Map<string, File>();
  const byPath = new Map<string, File>();
  for (const [name, source] of Object.entries(sources)) {
    const content = linked(typeof source === 'string' ? Buffer.from(source) : readFileSync(source), name, byName);
    const hash = createHash('sha256').update(content).digest('base64url').slice(0, 12);
    const file: File = { path: `${prefix}/${hash}/${name}`, type: types[name.split('.').at(-1)!]!, content, compressed: new Map() };
    byName.set(name, file);
    byPath.set(file.path, file);
  }
  return {
    url(name) {
      const file = byName.get(name);
      if (!file) throw new Error(`no asset ${name}`);
      return file.path;
    },
    has: (path) => byPath.has(path),
    async middleware(ctx, next) {
      const file = byPath.get(ctx.path);
      if (!file) return next();
      ctx.set('cache-control', 'public, max-age=31536000, immutable');
      ctx.vary('accept-encoding');
      ctx.type = file.type;
      const encoding = acceptedEncoding(ctx);
      if (encoding) {
        ctx.set('content-encoding', encoding);
        ctx.body = await compressed(file, encoding);
      } else ctx.body = file.content;
    },
  };
}

/** A script with the addresses of what it imports: they have hashes, as all have. @throws Error for an import that does not stand before it */
function linked(content: Buffer, name: string, known: Map<string, File>): Buffer {
  if (!name.endsWith('.js')) return content;
  const address = (other: string): string => {
    const file = known.get(other);
    if (!file) throw new Error(`${name} imports ${other}, which is no asset before it`);
    return file.path;
  };
  return Buffer.from(content.toString().replace(/ from '\.\/([\w.-]+)';/g, (_, other) => ` from '${address(other)}';`));
}

function compressed(file: File, encoding: 'br' | 'gzip'): Promise<Buffer> {
  let result = file.compressed.get(encoding);
  if (!result) {
    result =
      encoding === 'br'
        ? promisify(brotliCompress)(file.content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
        : promisify(gzip)(file.content, { level: 8 });
    file.compressed.set(encoding, result);
  }
  return result;
}
