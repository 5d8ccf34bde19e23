import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors/index.ts';
import { type Part, readMultipart } from './multipart.ts';

/** A submitted form. Names come from the outside: nothing is looked up by them. */
export type Form = {
  /** The first value, or ''. */
  get(name: string): string;
  all(name: string): string[];
  /** One per line, blank lines left out. */
  lines(name: string): string[];
  has(name: string): boolean;
  /** Names and values of everything but files, as they came. */
  pairs(): [name: string, value: string][];
  file(name: string): Promise<Buffer | undefined>;
};

/** Reads an application/x-www-form-urlencoded or multipart/form-data body. @throws AppError unsupported_media_type, body_too_large, malformed_body */
export async function readForm(request: IncomingMessage, maxBytes: number): Promise<Form> {
  const type = request.headers['content-type'] ?? '';
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) throw new AppError('unsupported_media_type', 415);
  const body = await readBody(request, maxBytes);
  let parts: Part[];
  try {
    parts = /^multipart/i.test(type) ? readMultipart(body, type) : readPairs(body.toString());
  } catch (cause) {
    throw cause instanceof AppError ? cause : new AppError('malformed_body', 400, { cause });
  }
  return formOf(parts);
}

/** A form of these names and values. */
export function formOf(parts: Part[]): Form {
  // once: a form may ask for thousands of names. SmartSync reads forms, too, on Node.js 20, which has no Map.groupBy
  const byName = new Map<string, Part['value'][]>();
  for (const { name, value } of parts) {
    const values = byName.get(name);
    if (values) values.push(value);
    else byName.set(name, [value]);
  }
  const valuesOf = (name: string) => byName.get(name) ?? [];
  const all = (name: string) =>
    valuesOf(name)
      .filter((value) => typeof value === 'string')
      // the store takes none. Of a password nothing is left out: it would be another one
      .map((value) => (/password$/i.test(name) ? value : value.replaceAll('\0', '')));
  return {
    all,
    get: (name) => all(name)[0] ?? '',
    lines: (name) =>
      (all(name)[0] ?? '')
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter(Boolean),
    has: (name) => valuesOf(name).length > 0,
    pairs: () => [...byName.keys()].flatMap((name) => all(name).map((value): [string, string] => [name, value])),
    async file(name) {
      const [value] = valuesOf(name);
      return typeof value === 'object' && value.length > 0 ? value : undefined;
    },
  };
}

/** Far more than any form of ours has. */
const mostPairs = 50_000;

function readPairs(text: string): Part[] {
  let pairs = 1;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) pairs++;
  if (pairs > mostPairs) throw new AppError('body_too_large', 413);
  return [...new URLSearchParams(text)].map(([name, value]) => ({ name, value }));
}

/** What bodies of more than a megabyte may hold together while they arrive, in bytes: many slow uploads at once would fill the memory. */
const mostArriving = 128 * 1_048_576;
const large = 1_048_576;
let arriving = 0;

/** Reads and discards a body that is not taken: otherwise a caller that is still sending would not read the response. @throws AppError body_too_large, uploads_busy, malformed_body */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let counted = 0;
    const count = (bytes: number): void => {
      arriving += bytes - counted;
      counted = bytes;
    };
    const refuse = (error: AppError): void => {
      chunks.length = 0;
      count(0);
      reject(error);
    };
    let isRefused = false;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes * 16) return void request.destroy();
      if (isRefused) return;
      isRefused = size > maxBytes || (size > large && arriving + chunk.length > mostArriving);
      if (isRefused) return refuse(size > maxBytes ? new AppError('body_too_large', 413) : new AppError('uploads_busy', 503));
      chunks.push(chunk);
      if (size > large) count(size);
    });
    request.on('end', () => {
      count(0);
      resolve(Buffer.concat(chunks));
    });
    request.on('error', (cause) => refuse(new AppError('malformed_body', 400, { cause })));
    request.on('close', () => count(0));
  });
}
