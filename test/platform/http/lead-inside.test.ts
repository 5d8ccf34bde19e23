import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { cookiesAfter, followInside, isLedInside, leadInside } from '../../../src/platform/http/lead-inside.ts';
import { send } from '../../support/jar.ts';

describe('platform: a redirect that is followed inside', () => {
  it('the cookies are those that a browser would send next', () => {
    const now = (path: string, ...set: string[]) => cookiesAfter('a=1; b=2; a=3', set, path);
    expect(now('/x')).to.equal('a=1; b=2');
    expect(now('/x', 'c=3; Path=/', 'b=9; Path=/; HttpOnly'), 'new and changed').to.equal('a=1; b=9; c=3');
    expect(now('/x/y', 'c=3; Path=/x', 'd=4; path=/x/y', 'e=5; Path=/x/', 'f=6; Path=/xy', 'g=7; Path=/z'), 'of this path').to.equal(
      'a=1; b=2; c=3; d=4; e=5',
    );
    expect(now('/x', 'a=; Path=/; Max-Age=0', 'b=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT'), 'taken back').to.equal('');
    expect(now('/x', 'c=a=b==; Path=/'), 'with its own signs').to.equal('a=1; b=2; c=a=b==');
    expect(cookiesAfter(undefined, [], '/')).to.equal('');
  });

  describe('over HTTP', () => {
    const seen: { method?: string; url?: string; headers: IncomingMessage['headers']; body: string }[] = [];
    const listener: RequestListener = (request, response) => {
      const answer = async (asked: IncomingMessage): Promise<void> => {
        let body = '';
        for await (const chunk of asked) body += chunk;
        seen.push({ method: asked.method, url: asked.url, headers: asked.headers, body });
        const to = (status: number, location: string, isMarked = true) => {
          response.statusCode = status;
          response.setHeader('location', location);
          response.setHeader('content-type', 'text/html');
          if (isMarked) leadInside(response, location);
          response.end('Redirecting');
        };
        const path = asked.url!;
        if (path === '/one') {
          response.setHeader('set-cookie', ['s=new; Path=/', 'far=1; Path=/else']);
          return to(303, '/two?x=1');
        }
        if (path === '/two?x=1') return to(302, `http://${request.headers.host}/end`);
        if (path === '/out') return to(303, '/aside', false);
        if (path === '/other') {
          leadInside(response, '/end');
          response.writeHead(303, { location: '/aside' }).end();
          return;
        }
        if (path === '/circle') return to(302, '/circle');
        if (path === '/leaves') return to(302, '/out');
        response.end(`${path} ${isLedInside(response)} ${asked.headers.cookie ?? ''}`);
      };
      followInside(request, response, (next) => void answer(next));
      void answer(request);
    };
    const server = createServer(listener);
    let at: string;
    before(async () => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => server.close());
    beforeEach(() => void seen.splice(0));

    it('a form is answered with what is at the end, whose requests are GET, without the body and with the cookies of then', async () => {
      const answer = await send(`${at}/one`, {
        form: { a: 'b' },
        headers: { cookie: 's=old; t=1', 'if-none-match': '"x"', 'accept-language': 'es' },
      });
      expect([answer.status, answer.text]).to.deep.equal([200, '/end true s=new; t=1']);
      expect(answer.location).to.equal(undefined);
      expect(answer.headers['content-type']).to.equal(undefined);
      expect(answer.setCookie, 'and the browser gets every one').to.deep.equal(['s=new; Path=/', 'far=1; Path=/else']);
      expect(seen.map(({ method, url }) => `${method} ${url}`)).to.deep.equal(['POST /one', 'GET /two?x=1', 'GET /end']);
      expect(seen[0]!.body).to.equal('a=b');
      for (const { headers, body } of seen.slice(1)) {
        expect(body).to.equal('');
        expect(headers).to.include({ 'accept-language': 'es' }).and.not.have.any.keys('content-length', 'content-type', 'if-none-match');
      }
    });

    it('what was not marked, or has another address than was, is left to the browser', async () => {
      for (const path of ['/out', '/other']) {
        const answer = await send(at + path);
        expect([answer.status, answer.location], path).to.deep.equal([303, `${at}/aside`]);
      }
      expect(seen).to.have.length(2);
    });

    it('what leads on at the end does so by 303, and a circle ends', async () => {
      const onward = await send(`${at}/leaves`, { form: {} });
      expect([onward.status, onward.location]).to.deep.equal([303, `${at}/aside`]);
      seen.splice(0);
      const circle = await send(`${at}/circle`);
      expect([circle.status, circle.location]).to.deep.equal([303, `${at}/circle`]);
      expect(seen.length).to.be.lessThan(7);
    });
  });
});
