import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, EmbeddedJWK } from 'jose';
import { canonicalEvent, nextHash } from '../../records/audit/index.ts';
import type { ExportHeader } from './export-audit.ts';

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

/**
 * Verifies an exported audit without any server: every event against the chain, the whole against its signature.
 * @param lines of the file, in order
 */
export async function verifyAuditFile(lines: AsyncIterable<string> | Iterable<string>): Promise<FileVerification> {
  const result: FileVerification = { events: 0 };
  const digest = createHash('sha256');
  let hash: Buffer | undefined;
  let line = 0;
  let signature: string | undefined;
  const faulty = (what: NonNullable<FileVerification['fault']>['what']): FileVerification => ({ ...result, fault: { line, what } });
  for await (const text of lines) {
    line += 1;
    let value: Record<string, unknown>;
    try {
      value = JSON.parse(text);
      if (value === null || typeof value !== 'object') throw new Error('no object');
    } catch {
      return faulty('unreadable');
    }
    if (signature !== undefined) return faulty('unreadable'); // nothing follows the signature
    if (line === 1) {
      if (value.format !== 'portaria-audit-1' || !/^[0-9a-f]{64}$/.test(String(value.before))) return faulty('not-an-export');
      result.header = value as unknown as ExportHeader;
      hash = Buffer.from(result.header.before, 'hex');
    } else if (value.signature) {
      signature = String(value.signature);
      continue;
    } else {
      const { seq, hash: claimed, sealed } = value as unknown as { seq: number; hash: string; sealed: Record<string, string | null> };
      if (typeof seq !== 'number' || !sealed || Number.isNaN(Date.parse(sealed.at ?? ''))) return faulty('unreadable');
      if (result.last !== undefined && seq !== result.last + 1) return faulty('missing');
      hash = nextHash(hash!, seq, canonicalEvent(asRow(sealed)));
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

const asRow = (sealed: Record<string, string | null>): Parameters<typeof canonicalEvent>[0] =>
  ({
    ...sealed,
    at: new Date(sealed.at ?? ''),
    actor_sealed: sealed.actor_sealed === null ? null : Buffer.from(String(sealed.actor_sealed), 'base64'),
    subject_sealed: sealed.subject_sealed === null ? null : Buffer.from(String(sealed.subject_sealed), 'base64'),
  }) as never;
