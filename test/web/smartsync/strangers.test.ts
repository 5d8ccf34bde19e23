import { expect } from 'chai';
import type { WebSocket } from 'ws';
import { Strangers } from '../../../src/web/smartsync/strangers.ts';

describe('web/smartsync: strangers', () => {
  let strangers: Strangers;
  let gone: string[];
  let count: number;
  const come = (network: string, left = 5000) => {
    strangers.makeRoom(network, left);
    const name = `${network} ${count++}`;
    strangers.add({ terminate: () => gone.push(name) } as unknown as WebSocket, network);
  };
  beforeEach(() => {
    strangers = new Strangers();
    gone = [];
    count = 0;
  });

  it('a network that has many pushes out its own, the oldest first', () => {
    come('other');
    for (let n = 0; n < 22; n++) come('one');
    expect(gone).to.deep.equal(['one 1', 'one 2']);
    expect(strangers.size).to.equal(21);
  });

  it('where all are many, the largest crowd loses its oldest, and nobody who comes is refused', () => {
    come('lone');
    for (let n = 0; n < 12; n++) for (let m = 0; m < 20; m++) come(`crowd ${n}`);
    expect(strangers.size).to.equal(200);
    gone = [];
    for (let n = 0; n < 100; n++) come(`network ${n}`);
    expect(strangers.size).to.equal(200);
    expect(gone).to.have.length(100);
    expect(gone.filter((name) => !name.startsWith('crowd'))).to.deep.equal([]);
  });

  it('of the last places of the server, too', () => {
    for (const network of ['a', 'a', 'b']) come(network, 3);
    come('c', 3);
    expect(gone).to.deep.equal(['a 0']);
    strangers.drop();
    expect(gone).to.have.length(4);
  });
});
