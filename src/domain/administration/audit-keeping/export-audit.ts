import { createHash } from 'node:crypto';
import { CompactSign, importJWK } from 'jose';
import { AppError } from '../../../platform/errors/index.ts';
import { findContextById } from '../../company/contexts/index.ts';
import { loadSigningKeys } from '../../company/signing-keys/index.ts';
import {
  BrokenChain,
  canonicalEvent,
  type EventRow,
  findSealedRange,
  listSealed,
  nextHash,
  noHash,
  openEvents,
  recordEvent,
  sealEvents,
  verifyChain,
} from '../../records/audit/index.ts';
import {
  endOperation,
  noteProgress,
  type Operation,
  type OperationKind,
  saveFilePart,
  startOperation,
} from '../../records/operations/index.ts';
import { inSnapshot, inTransaction, type OperationId, type Scope } from '../../scope.ts';

/** Days of the company, both included. */
type Input = { from?: string; until?: string; fromAt?: string; untilAt?: string };

/** First line of the file. Each further line is an event; the last a JWS (RFC 7515) over the SHA-256 of all lines before it. */
export type ExportHeader = {
  format: 'portaria-audit-1';
  issuer: string;
  company: string;
  generatedAt: string;
  from?: string;
  until?: string;
  /** The hash before the first event of the file. */
  before: string;
};

const step = 2000;

export const startAuditExport = (scope: Scope, input: Input): Promise<OperationId> =>
  inTransaction(scope, async (inside) => {
    const operationId = await startOperation(inside, { kind: auditExport.kind, input, total: 0 });
    await recordEvent(inside, { type: 'audit.exported', details: { from: input.from, until: input.until } });
    return operationId;
  });

export type ExportTools = { contexts: { byId(contextId: Scope['contextId']): Promise<{ url: string } | undefined> } };

/**
 * Seals what is not sealed yet, then writes the range of the chain with those days, event by event: as it was sealed, and readable beside it. Our signature is under
 * nothing that was changed: the whole chain is verified at the moment of which the file is.
 * @throws AppError audit_chain_broken
 */
export async function exportAudit(scope: Scope, operation: Operation, { contexts }: ExportTools): Promise<void> {
  const { operationId } = operation;
  const { fromAt, untilAt, from, until } = operation.input as Input;
  const context = (await findContextById(scope.db, scope.contextId))!;
  await sealEvents(scope, context.timeZone).catch((error) => {
    throw error instanceof BrokenChain ? broken() : error;
  });
  const time = { from: fromAt ? new Date(fromAt) : undefined, until: untilAt ? new Date(untilAt) : undefined };
  const digest = createHash('sha256');
  let part = 0;
  let done = 0;
  const write = async (lines: string[]): Promise<void> => {
    const content = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    digest.update(content);
    await saveFilePart(scope, operation, part++, content);
  };
  const header = {
    format: 'portaria-audit-1',
    issuer: (await contexts.byId(scope.contextId))?.url ?? '',
    company: context.name,
    generatedAt: scope.clock.now().toISOString(),
    from,
    until,
  } as const;
  const { range, last } = await verifiedRange(scope, time);
  await write([JSON.stringify({ ...header, before: range.before.toString('hex') } satisfies ExportHeader)]);
  let hash = range.before;
  for (let after = range.first - 1; after < range.last; ) {
    const rows = await listSealed(scope, after, range.last, step);
    // what is written is what was verified a moment ago
    for (const [i, row] of rows.entries()) {
      hash = nextHash(hash, after + i + 1, canonicalEvent(row));
      if (row.seal_seq !== after + i + 1 || !row.seal_hash?.equals(hash)) throw changedMeanwhile();
    }
    if (rows.length === 0) throw changedMeanwhile();
    const readable = await openEvents(scope, rows);
    await write(rows.map((row, i) => JSON.stringify(presentRow(row, readable[i]!))));
    done += rows.length;
    after = rows.at(-1)!.seal_seq!;
    await noteProgress(scope, operationId, { done });
  }
  if (!hash.equals(last)) throw changedMeanwhile();
  const [key] = (await loadSigningKeys(scope)).filter(({ alg }) => alg === 'ES256');
  if (!key) throw new AppError('server_error', 500);
  const { d: _, ...publicJwk } = key;
  const payload = { sha256: digest.digest('hex'), events: done, generatedAt: header.generatedAt };
  const signature = await new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', kid: key.kid, jwk: publicJwk as never })
    .sign(await importJWK(key as never, 'ES256'));
  await saveFilePart(scope, operation, part, Buffer.from(`${JSON.stringify({ signature })}\n`));
  await noteProgress(scope, operationId, { total: done, done });
  await endOperation(scope, operation, { fileName: 'audit.jsonl' });
}

/** Where in the chain those days are, and the hash of its last event there, as of one moment at which the whole chain was verified. @throws AppError audit_chain_broken */
const verifiedRange = (scope: Scope, time: Parameters<typeof findSealedRange>[1]) =>
  inSnapshot(scope, async (inside) => {
    const { breach } = await verifyChain(inside);
    // words that cannot be read are said to be so in the file
    if (breach && breach.what !== 'hidden') throw broken();
    const range = await findSealedRange(inside, time);
    if (!range) return { range: { first: 1, last: 0, before: noHash }, last: noHash };
    const [end] = await listSealed(inside, range.last - 1, range.last, 1);
    return { range, last: end!.seal_hash! };
  });

/** Deleted for its age, or by somebody's hand: the queue tries again, and verifies again. */
const changedMeanwhile = () => new Error('the audit chain changed while it was exported');

const broken = () => new AppError('audit_chain_broken', 409);

const presentRow = (row: EventRow, { actor, subjectName, details, erased }: Awaited<ReturnType<typeof openEvents>>[number]) => ({
  seq: row.seal_seq,
  hash: row.seal_hash!.toString('hex'),
  sealed: {
    ...row,
    seal_seq: undefined,
    seal_hash: undefined,
    at: row.at.toISOString(),
    actor_sealed: row.actor_sealed?.toString('base64') ?? null,
    subject_sealed: row.subject_sealed?.toString('base64') ?? null,
  },
  readable: { actor, subject: subjectName, details, erased: erased.actor || erased.subject ? erased : undefined },
});

export const auditExport: OperationKind<ExportTools> = { kind: 'export-audit', run: exportAudit };
