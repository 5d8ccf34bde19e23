import { expect } from 'chai';
import { Batcher, jsonText } from '../../../src/platform/database/index.ts';

describe('platform/database', () => {
  it('a batch that the database refuses fails only whoever sent the bad row', async () => {
    const calls: number[][] = [];
    const batcher = new Batcher<number, number>(async (requests) => {
      calls.push(requests);
      if (requests.includes(13)) throw Object.assign(new Error('bad row'), { code: '22P05' });
      return requests.map((n) => n * 2);
    });
    const results = await Promise.allSettled([1, 13, 3].map((n) => batcher.add(n)));
    expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'refused'))).to.deep.equal([2, 'refused', 6]);
    expect(calls[0]).to.deep.equal([1, 13, 3]);
  });
  it('rows that somebody holds fail only those who need them, and a table that somebody holds does not keep each waiting', async () => {
    const locked = Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' });
    const among = (...held: number[]) => ({ held: (n: number) => held.includes(n), calls: 1 + 30 });
    for (const { held, calls: expected } of [among(13), among(4, 11, 12, 13, 14, 29), { held: () => true, calls: 1 + 4 }]) {
      let calls = 0;
      const batcher = new Batcher<number, number>(async (requests) => {
        calls++;
        await new Promise(setImmediate);
        if (requests.some(held)) throw locked;
        return requests;
      });
      const numbers = Array.from({ length: 30 }, (_, n) => n);
      const results = await Promise.allSettled(numbers.map((n) => batcher.add(n)));
      expect(results.map(({ status }) => status === 'rejected')).to.deep.equal(numbers.map(held));
      expect(calls).to.equal(expected);
      // who is alone waits as long as the others
      expect((await Promise.allSettled([batcher.add(13)]))[0]!.status).to.equal('rejected');
      expect(calls).to.equal(expected + 2);
    }
  });
  it('a lost connection is not tried again: nobody knows whether it happened', async () => {
    let calls = 0;
    const batcher = new Batcher<number, number>(async () => {
      calls++;
      throw new Error('Connection terminated unexpectedly');
    });
    const results = await Promise.allSettled([1, 2].map((n) => batcher.add(n)));
    expect([calls, results.map(({ status }) => status)]).to.deep.equal([1, ['rejected', 'rejected']]);
  });
  it('nobody stands behind a batch that waits', async () => {
    const calls: number[][] = [];
    let release = () => {};
    const batcher = new Batcher<number, number>(
      async (requests) => {
        calls.push(requests);
        if (requests.includes(1)) await new Promise<void>((resolve) => (release = resolve));
        return requests;
      },
      { slowMs: 20 },
    );
    const waiting = batcher.add(1);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(await Promise.all([batcher.add(2), batcher.add(3)])).to.deep.equal([2, 3]);
    expect(calls, 'those that came meanwhile go together').to.deep.equal([[1], [2, 3]]);
    release();
    expect(await waiting).to.equal(1);
    expect(await batcher.add(4)).to.equal(4);
  });
  it('JSON text leaves out what jsonb refuses', () => {
    expect(jsonText({ 'n\0o': [{ '\ud83d': 1 }] })).to.equal(JSON.stringify({ no: [{ '\ufffd': 1 }] }));
    expect(jsonText({ a: 'x\0y', b: '\ud83d', c: 'é\n"' })).to.equal(JSON.stringify({ a: 'xy', b: '\ufffd', c: 'é\n"' }));
  });
});
