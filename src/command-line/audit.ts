import { createReadStream } from 'node:fs';
import { type FileVerification, verifyAuditFile } from '../domain/administration/audit-keeping/index.ts';
import { findContextByCode, listContexts } from '../domain/company/contexts/index.ts';
import { type Breach, restartChain, sealEvents, type Verification, verifyChain } from '../domain/records/audit/index.ts';
import { AppError } from '../platform/errors/index.ts';
import { type Command, exitCodes, type Output, UsageError, withStore } from './command.ts';

const breaches: Record<Breach['what'], string> = {
  changed: 'is not the event that was sealed',
  missing: 'is missing',
  added: 'lies beyond the end of the chain',
  head: 'ends a chain that was rewritten or cut by somebody without the master key',
  hidden: 'says something of a person that cannot be read, though that person was never deleted: their key was thrown away or exchanged',
};

const faults: Record<NonNullable<FileVerification['fault']>['what'], string> = {
  'not-an-export': 'is not the beginning of an export of the audit report',
  unreadable: 'cannot be read',
  changed: 'is not the event that was sealed',
  missing: 'does not follow the line before: events are missing',
  unsigned: 'is the last, and there is no signature',
  signature: 'has a signature that does not fit the file',
};

export const auditVerify: Command = {
  words: 'audit verify',
  exits: { problems: 'a chain or an archive is broken' },
  summary: 'Recomputes the chain of the audit report, of companies here or of an exported file, and names the first broken place',
  usage: 'audit verify CONTEXT [--at-least SEQ:HASH] | --all | FILE.jsonl [--key THUMBPRINT]',
  examples: ['audit verify acme', 'audit verify --all --json', 'audit verify acme-audit.jsonl'],
  options: { all: { type: 'boolean' }, 'at-least': { type: 'string' }, key: { type: 'string' } },
  async run({ args: [what, ...rest], options, config, note }) {
    if (rest.length > 0 || Boolean(what) === (options.all === true)) throw new UsageError('Give one context, or --all, or a file.');
    if (what?.endsWith('.jsonl')) return verifyFile(what, options.key as string | undefined);
    const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(String(options['at-least'] ?? '')) ?? [];
    if (options['at-least'] && (!hash || options.all))
      throw new UsageError('--at-least is SEQ:HASH, as "audit verify" printed it, of one context.');
    const known = hash ? { seq: Number(seq), hash } : undefined;
    return withStore({ config, note }, async ({ scope }) => {
      const contexts = what ? [await findContextByCode(scope.db, what)] : await listContexts(scope.db);
      const results: (Verification & { context: string })[] = [];
      for (const context of contexts) {
        if (!context) throw new AppError('unknown_context', 422, { params: { code: what ?? '' } });
        results.push({ context: context.code, ...(await verifyChain({ ...scope, contextId: context.contextId }, known)) });
      }
      return {
        text: results.map(describe).join('\n') || 'There are no contexts yet.',
        data: { results },
        exitCode: results.some(({ breach, isKnownTooOld }) => breach || isKnownTooOld) ? exitCodes.problems : exitCodes.ok,
      };
    });
  },
};

function describe({ context, sealed, firstSeq, before, head, tail, isKnownTooOld, breach }: Verification & { context: string }): string {
  const notSealed = `${tail.events} not sealed yet${tail.oldest ? `, the oldest of ${tail.oldest.toISOString()}` : ''}`;
  const unsealed = before > 0 ? `${before} lie before its beginning and nothing vouches for them; ${notSealed}` : notSealed;
  if (breach) {
    const event = breach.eventId ? ` (${breach.eventId})` : '';
    return `${context}: BROKEN. Event ${breach.at}${event} ${breaches[breach.what]}. ${sealed} events before it are as they were sealed; ${unsealed}.`;
  }
  const whole = `${context}: ${sealed} events are as they were sealed (${firstSeq} to ${head!.seq}); ${unsealed}. Head ${head!.seq}:${head!.hash}`;
  return isKnownTooOld
    ? `${whole}\n${context}: the head that was given lies before event ${firstSeq}, where the chain begins: it cannot be compared.`
    : whole;
}

/** Of a file whose lines end with LF or CRLF, and whose texts may hold other characters that end lines (U+2028). */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const part of createReadStream(file, 'utf8')) {
    const lines = (rest + part).split('\n');
    rest = lines.pop()!;
    for (const line of lines) yield line.replace(/\r$/, '');
  }
  if (rest !== '') yield rest.replace(/\r$/, '');
}

async function verifyFile(file: string, key: string | undefined): Promise<Output> {
  let result: FileVerification;
  try {
    result = await verifyAuditFile(linesOf(file));
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  const { fault, events, first, last, header, signedBy } = result;
  const text = fault
    ? `${file}: BROKEN. Line ${fault.line} ${faults[fault.what]}. ${events} events before it are as they were sealed.`
    : [
        `${file}: ${events} events of ${header!.company} are as they were sealed${events > 0 ? ` (${first} to ${last})` : ''}.`,
        key
          ? `Signed by the key ${key}.`
          : `Signed by key ${signedBy!.kid}, thumbprint ${signedBy!.thumbprint}: compare it with the keys at ${header!.issuer}/oidc/jwks, or give it as --key.`,
      ].join('\n');
  if (!fault && key && signedBy!.thumbprint !== key)
    return { text: `${file}: BROKEN. It is signed by ${signedBy!.thumbprint}, not by ${key}.`, data: result, exitCode: exitCodes.problems };
  return { text, data: result, exitCode: fault ? exitCodes.problems : exitCodes.ok };
}

export const auditSeal: Command = {
  words: 'audit seal',
  writes: { inSteps: true, look: 'What was sealed stays so. Run it again: it goes on with the rest.' },
  summary: 'Seals what was recorded since; a running server does so every minute',
  usage: 'audit seal CONTEXT',
  examples: ['audit seal acme'],
  async run({ args: [code, ...rest], config, note }) {
    if (!code || rest.length > 0) throw new UsageError('Give one context.');
    return withStore({ config, note }, async ({ scope }) => {
      const context = await findContextByCode(scope.db, code);
      if (!context) throw new AppError('unknown_context', 422, { params: { code } });
      const sealed = await sealEvents({ ...scope, contextId: context.contextId }, context.timeZone);
      return { text: `${code}: ${sealed} events sealed`, data: { context: code, sealed } };
    });
  },
};

export const auditRestart: Command = {
  words: 'audit restart',
  writes: { look: '"portaria audit verify CONTEXT" shows where the chain begins.' },
  summary: 'Begins a new chain where one is broken and no backup can be restored; what was sealed before stays, vouched for by nothing',
  usage: 'audit restart CONTEXT --because TEXT',
  examples: ['audit restart acme --because "Events 17 to 30 were lost with a disk on 3 March"'],
  options: { because: { type: 'string' } },
  async run({ args: [code, ...rest], options, config, note }) {
    const because = String(options.because ?? '').trim();
    if (!code || rest.length > 0) throw new UsageError('Give one context.');
    if (because === '' || because.length > 1000) throw new UsageError('Say why, in at most 1,000 characters: the audit keeps it.');
    return withStore({ config, note }, async ({ scope }) => {
      const context = await findContextByCode(scope.db, code);
      if (!context) throw new AppError('unknown_context', 422, { params: { code } });
      const { breach, firstSeq } = await restartChain({ ...scope, contextId: context.contextId }, because);
      return {
        text: `${code}: the chain was broken at event ${breach.at}. A new one begins with event ${firstSeq}. Failed sealing goes on with "portaria jobs retry --all".`,
        data: { context: code, breach, firstSeq },
      };
    });
  },
};
