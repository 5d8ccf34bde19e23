import { expect } from 'chai';
import {
  currentTrace,
  inSpan,
  inTrace,
  parseTraceparent,
  type Span,
  statementSummary,
  traceparentOf,
  useTracer,
} from '../../../src/platform/tracing/index.ts';

describe('platform/tracing', () => {
  const sampled = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

  it('reads a traceparent as W3C Trace Context §3.2 says, and what is none begins no trace of theirs', () => {
    expect(traceparentOf(parseTraceparent(sampled)!)).to.equal(sampled);
    expect(parseTraceparent(sampled.replace(/01$/, '00'))).to.include({ isSampled: false });
    expect(parseTraceparent(`cc${sampled.slice(2)}-more`), 'of a later version').to.include({ isSampled: true });
    const wrong = [undefined, 1, '', 'x', sampled.slice(1), `ff${sampled.slice(2)}`, sampled.toUpperCase(), `${sampled}\n`, `${sampled}0`];
    for (const header of [
      ...wrong,
      sampled.replace(/3/g, 'g'),
      `00-${'0'.repeat(32)}${sampled.slice(35)}`,
      `${sampled.slice(0, 36)}${'0'.repeat(16)}-01`,
    ])
      expect(parseTraceparent(header), String(header)).to.equal(undefined);
  });

  it('a statement is told by what it does to which table, and never by a value', () => {
    for (const [text, summary] of [
      ['select * from "users" where "login" = ?', 'SELECT users'],
      ['  INSERT INTO audit_events (a) VALUES ($1)', 'INSERT audit_events'],
      ['update only "users" set "a" = ?', 'UPDATE users'],
      ['delete from sessions where 1', 'DELETE sessions'],
      ['SELECT graphile_worker.add_job(identifier => ?)', 'SELECT'],
      ["select 'ana@acme.example from nowhere@x'", 'SELECT nowhere'],
      ['WITH found AS (SELECT 1 FROM apis) SELECT 1', 'WITH apis'],
      ['BEGIN;', 'BEGIN'],
      ['', 'statement'],
    ])
      expect(statementSummary(text!), text).to.equal(summary);
  });

  it('without a tracer work is done and nothing told; with one, parts of a kept trace alone are', async () => {
    expect(await inSpan('client', 'a', {}, async (span) => span)).to.equal(undefined);
    const ended: string[] = [];
    const start = (kind: string, name: string): Span => ({
      context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: true },
      rename: () => {},
      set: () => {},
      end: (failure) => void ended.push(`${kind} ${name}${failure ? ' failed' : ''}`),
    });
    useTracer({ start, draw: () => true, close: async () => {} });
    try {
      await inSpan('client', 'statement of nobody', {}, async () => {});
      await inTrace(parseTraceparent(sampled.replace(/01$/, '00')), () => inSpan('client', 'of an unkept trace', {}, async () => {}));
      await inSpan('server', 'request', {}, async () => {
        expect(currentTrace()?.spanId).to.equal('b'.repeat(16));
        await inSpan('client', 'statement', {}, async () => {});
        const failing = inSpan('client', 'wrong', {}, () => Promise.reject(new Error('no')));
        expect(await failing.catch((error: Error) => error.message)).to.equal('no');
      });
      expect(ended).to.deep.equal(['client statement', 'client wrong failed', 'server request']);
    } finally {
      useTracer(undefined);
    }
  });
});
