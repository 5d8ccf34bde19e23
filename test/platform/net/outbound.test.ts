import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { createOutbound } from '../../../src/platform/net/index.ts';
import { freePort } from '../../support/server.ts';

describe('platform/net: a body that is taken as it arrives', () => {
  let server: Server;
  let url: string;
  const outbound = createOutbound(['127.0.0.1']);
  const megabyte = Buffer.alloc(1_000_000, 'a');

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    server = createServer((request, response) => {
      response.statusCode = request.url === '/gone' ? 404 : 200;
      for (let n = 0; n < 3; n++) response.write(megabyte);
      response.end();
    }).listen(port, '127.0.0.1');
  });
  after(() => server.close());

  it('is handed on in pieces and not kept; only that of a 200', async () => {
    let taken = 0;
    const take = (chunk: Buffer) => {
      taken += chunk.length;
    };
    expect(await outbound(url, { take, maxBytes: 4_000_000 })).to.deep.equal({ status: 200, body: '' });
    expect(taken).to.equal(3_000_000);
    expect((await outbound(`${url}/gone`, { take, maxBytes: 4_000_000 })).status).to.equal(404);
    expect(taken).to.equal(3_000_000);
  });

  it('ends with what the taker throws, and at its limit', async () => {
    const own = new RangeError('enough');
    let calls = 0;
    const take = () => {
      calls++;
      throw own;
    };
    const reasonOf = (call: Promise<unknown>) =>
      call.then(
        () => undefined,
        (reason: unknown) => reason,
      );
    expect(await reasonOf(outbound(url, { take, maxBytes: 4_000_000 }))).to.equal(own);
    expect(calls).to.equal(1);
    expect(await reasonOf(outbound(url, { take: () => {} })))
      .to.have.property('message')
      .that.matches(/is larger than 1048576 bytes/);
  });
});
