import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, EmbeddedJWK } from 'jose';
import { z } from 'zod';
import { canonicalEvent, nextHash } from '../../records/audit/index.ts';
import type { ExportHeader } from './export-audit.ts';

const headerLine = z.object({
  format: z.literal('portaria-audit-1'),
  issuer: z.string(),
  company: z.string(),
  generatedAt: z.string(),
  from: z.string().optional(),
  until: z.string().optional(),
  before: z.string().regex(/^[0-9a-f]{64}$/),
}) satisfies z.ZodType<ExportHeader>;

const textOrNull = z.string().nullable().default(null);
const bytesOrNull = z
  .base64()
  .nullable()
  .default(null)
  .transform((given) => (given === null ? null : Buffer.from(given, 'base64')));
const eventLine = z.object({
  seq: z.int(),
  hash: z.string(),
  sealed: z.object({
    context_id: z.string(),
    event_id: z.string(),
    at: z
      .string()
      .transform((given) => new Date(given))
      .pipe(z.date()),
    type: z.string(),
    outcome: z.string(),
    actor: z.unknown(),
    actor_id: textOrNull,
    actor_sealed: bytesOrNull,
    subject_kind: textOrNull,
    subject_id: textOrNull,
    subject_name: textOrNull,
    subject_sealed: bytesOrNull,
    application_id: textOrNull,
    reason: textOrNull,
    support_code: textOrNull,
    details: z.unknown(),
  }),
});
const lastLine = z.object({ signature: z.string().min(1) });

export type FileVerification = {
  header?: ExportHeader;
  events: number;
  first?: number;
  last?: number;
  /** RFC 7638 thumbprint of the key that signed: to be compared with the company's published keys. */
  signedBy?: { kid: string; thumbprint: string };
  /** The first thing that is wrong: the line of the file, from 1. */
  fault?: { line: number; what: 'not-an-export' | 'unreadable' | 'changed' | 'missing' | 'unsigned' | 'signature' };
};

/** Verifies an exported audit without any server: every event against the chain, the whole against its signature. @param lines of the file, in order */
export async function verifyAuditFile(lines: AsyncIterable<string> | Iterable<string>): Promise<FileVerification> {
  const result: FileVerification = { events: 0 };
  const digest = createHash('sha256');
  let hash: Buffer | undefined;
  let line = 0;
  let signature: string | undefined;
  const faulty = (what: NonNullable<FileVerification['fault']>['what']): FileVerification => ({ ...result, fault: { line, what } });
  for await (const text of lines) {
    line += 1;
    const value = readObject(text);
    if (!value) return faulty('unreadable');
    if (signature !== undefined) return faulty('unreadable'); // nothing follows the signature
    if (line === 1) {
      const header = headerLine.safeParse(value);
      if (!header.success) return faulty('not-an-export');
      result.header = header.data;
      hash = Buffer.from(result.header.before, 'hex');
    } else if ('signature' in value) {
      const last = lastLine.safeParse(value);
      if (!last.success) return faulty('unreadable');
      signature = last.data.signature;
      continue;
    } else {
      const event = eventLine.safeParse(value);
      const canonical = event.success ? readCanonical(event.data.sealed) : undefined;
      if (!event.success || canonical === undefined) return faulty('unreadable');
      const { seq, hash: claimed } = event.data;
      if (result.last !== undefined && seq !== result.last + 1) return faulty('missing');
      hash = nextHash(hash!, seq, canonical);
      if (hash.toString('hex') !== claimed) return faulty('changed');
      result.first ??= seq;
      result.last = seq;
      result.events += 1;
    }
    digest.update(`${text}\n`);
  }
  if (!signature) return faulty('unsigned');
  try {
    const { payload, protectedHeader } = await compactVerify(signature, EmbeddedJWK, { algorithms: ['ES256'] });
    const claims = JSON.parse(Buffer.from(payload).toString());
    if (claims.sha256 !== digest.digest('hex') || claims.events !== result.events) return faulty('signature');
    const { jwk } = decodeProtectedHeader(signature);
    result.signedBy = { kid: String(protectedHeader.kid), thumbprint: await calculateJwkThumbprint(jwk as never) };
    return result;
  } catch {
    return faulty('signature');
  }
}

function readObject(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @returns undefined where `actor` or `details` are too deep to be walked: no event of ours is */
function readCanonical(sealed: z.output<typeof eventLine>['sealed']): string | undefined {
  try {
    return canonicalEvent(sealed);
  } catch {
    return undefined;
  }
}
