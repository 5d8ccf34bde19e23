import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { CompactSign, exportJWK, generateKeyPair } from 'jose';
import { verifyAuditFile } from '../../../../src/domain/administration/audit-keeping/index.ts';
import { canonicalEvent, nextHash, noHash } from '../../../../src/domain/records/audit/index.ts';

describe('domain/administration/audit-keeping: a file that comes back', () => {
  const header = { format: 'portaria-audit-1', issuer: 'https://id.example', company: 'Acme', generatedAt: '2026-01-01T00:00:00.000Z' };
  const first = { ...header, before: noHash.toString('hex') };
  const sealed = {
    context_id: 'c',
    event_id: 'e',
    at: '2026-01-01T00:00:00.000Z',
    type: 'user.created',
    outcome: 'success',
    actor: { kind: 'system' },
    actor_id: null,
    actor_sealed: Buffer.from('actor').toString('base64'),
    subject_kind: 'user',
    subject_id: null,
    subject_name: null,
    subject_sealed: null,
    application_id: null,
    reason: null,
    support_code: null,
    details: { a: [1] },
  };
  const row = { ...sealed, at: new Date(sealed.at), actor_sealed: Buffer.from('actor') };
  const event = { seq: 1, hash: nextHash(noHash, 1, canonicalEvent(row)).toString('hex'), sealed };
  let file: string[];

  before(async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const lines = [first, event].map((line) => JSON.stringify(line));
    const sha256 = createHash('sha256')
      .update(lines.map((line) => `${line}\n`).join(''))
      .digest('hex');
    const signature = await new CompactSign(Buffer.from(JSON.stringify({ sha256, events: 1 })))
      .setProtectedHeader({ alg: 'ES256', kid: 'k', jwk: (await exportJWK(publicKey)) as never })
      .sign(privateKey);
    file = [...lines, JSON.stringify({ signature })];
  });

  /** The fault of the file with this as its line `at`, from 1. */
  const faultOf = async (at: number, odd: unknown) =>
    (await verifyAuditFile(file.with(at - 1, typeof odd === 'string' ? odd : JSON.stringify(odd)))).fault;

  it('is as it was sealed', async () => {
    const { fault, events, signedBy } = await verifyAuditFile(file);
    expect([fault, events, signedBy?.kid]).to.deep.equal([undefined, 1, 'k']);
  });

  it('a line that is no object is unreadable, wherever it stands', async () => {
    for (const odd of ['', 'null', '5', '"text"', '{', '{}}', '\0'])
      for (const line of [1, 2, 3]) expect(await faultOf(line, odd), `${line}: ${odd}`).to.deep.equal({ line, what: 'unreadable' });
  });

  it('a first line that is odd is no export', async () => {
    const { company: _, ...nameless } = first;
    const odd = [
      [],
      {},
      event,
      { ...first, format: 1 },
      { ...first, before: [first.before] },
      { ...first, before: 'AA' },
      { ...first, issuer: null },
      nameless,
    ];
    for (const line of odd) expect(await faultOf(1, line), JSON.stringify(line)).to.deep.equal({ line: 1, what: 'not-an-export' });
  });

  it('an event that is odd is unreadable', async () => {
    const odd = [
      [],
      {},
      first,
      ...['1', 1.5, null].map((seq) => ({ ...event, seq })),
      `{"seq":1e999,"hash":"","sealed":${JSON.stringify(sealed)}}`,
      { ...event, hash: { toString: 1 } },
      ...[null, 'text', [], 5].map((sealed) => ({ ...event, sealed })),
      ...[null, 5, 'soon', '+999999-01-01T00:00:00.000Z', {}].map((at) => ({ ...event, sealed: { ...sealed, at } })),
      ...[5, {}, ['YQ=='], '§'].map((actor_sealed) => ({ ...event, sealed: { ...sealed, actor_sealed } })),
      { ...event, sealed: { ...sealed, reason: {} } },
      JSON.stringify(event).replace('[1]', '['.repeat(100_000) + ']'.repeat(100_000)),
    ];
    for (const line of odd) {
      const shown = JSON.stringify(line).slice(0, 300);
      expect(await faultOf(2, line), shown).to.deep.equal({ line: 2, what: 'unreadable' });
    }
  });

  it('a signature that is odd is unreadable, or no signature', async () => {
    for (const signature of [null, 5, '', [], {}])
      expect(await faultOf(3, { signature }), JSON.stringify(signature)).to.deep.equal({ line: 3, what: 'unreadable' });
    for (const signature of ['text', 'a.b.c', '..', 'e30.e30.'])
      expect(await faultOf(3, { signature }), signature).to.deep.equal({ line: 3, what: 'signature' });
  });
});
