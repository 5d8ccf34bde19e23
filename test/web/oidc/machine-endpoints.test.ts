import { expect } from 'chai';
import { endpoints } from '../../../src/web/oidc/index.ts';
import { send } from '../../support/jar.ts';
import { basic } from '../../support/oidc.ts';
import { clientSecret, startTestServer, type TestServer } from '../../support/server.ts';

/** What programs say that they accept; the first is what Java's HttpURLConnection says by itself. */
const accepts = [
  'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
  'text/html',
  'application/xhtml+xml,text/html;q=0.9,*/*;q=0.1',
  '*/*',
  'nonsense',
  undefined,
];

describe('web/oidc: what programs call answers programs, whatever they accept (RFC 6749 §5.2)', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  type Call = { method: string; headers?: Record<string, string>; body?: string };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const good = { ...form, ...basic('payroll', clientSecret) };
  const posts: [what: string, call: Call][] = [
    ['nothing', { method: 'POST' }],
    ['no client', { method: 'POST', headers: form, body: 'token=x&grant_type=client_credentials' }],
    ['an unknown client', { method: 'POST', headers: { ...form, ...basic('nobody', 'x') }, body: 'token=x' }],
    ['a wrong secret', { method: 'POST', headers: { ...form, ...basic('payroll', 'wrong') }, body: 'token=x' }],
    ['a client twice', { method: 'POST', headers: good, body: 'token=x&client_id=payroll&client_secret=also' }],
    ['a header that is none', { method: 'POST', headers: { ...form, authorization: 'Basic %' }, body: 'token=x' }],
    ['an unknown grant', { method: 'POST', headers: good, body: 'grant_type=nothing' }],
    ['a wrong code', { method: 'POST', headers: good, body: 'grant_type=authorization_code&code=x&redirect_uri=x' }],
    ['a name twice', { method: 'POST', headers: good, body: 'token=x&token=y&grant_type=a&grant_type=b&client_id=a&client_id=b' }],
    ['JSON', { method: 'POST', headers: { ...good, 'content-type': 'application/json' }, body: '{}' }],
    ['a body that is too large', { method: 'POST', headers: good, body: `token=${'x'.repeat(200_000)}` }],
    ['a token that is none', { method: 'POST', headers: { authorization: 'Bearer nothing' } }],
    ['a proof that is none', { method: 'POST', headers: { ...good, dpop: 'nothing' }, body: 'grant_type=client_credentials' }],
  ];
  const gets: [what: string, call: Call][] = [
    ['nothing', { method: 'GET' }],
    ['a token that is none', { method: 'GET', headers: { authorization: 'Bearer nothing' } }],
  ];
  const wrong: [what: string, call: Call][] = ['PUT', 'DELETE', 'PATCH'].map((method) => [method, { method }]);

  for (const [path, methods] of Object.entries(endpoints).filter(([, taken]) => taken.includes('OPTIONS')))
    it(path, async () => {
      const calls = [...(methods.includes('POST') ? posts : []), ...(methods.includes('GET') ? gets : []), ...wrong];
      for (const [what, { method, headers = {}, body }] of calls)
        for (const accept of accepts) {
          const answer = await send(server.issuer + path, { method, headers: { ...headers, ...(accept ? { accept } : {}) }, body });
          const where = `${method} ${path}, ${what}, Accept: ${accept}`;
          expect(answer.headers['content-type'] ?? '', where).to.match(/^application\/json|^$/);
          expect(answer.text, where).not.to.match(/<html/i);
          if (answer.status >= 400) expect(JSON.parse(answer.text), where).to.have.property('error').that.is.a('string');
          if (wrong.some(([one]) => one === what))
            expect([answer.status, answer.headers.allow], where).to.deep.equal([
              405,
              `${methods.map((one) => (one === 'GET' ? 'GET, HEAD' : one)).join(', ')}`,
            ]);
        }
    });

  it('and what people see is a page', async () => {
    for (const path of ['/oidc/authorize?client_id=nobody', '/oidc/device', '/oidc/sign-out?id_token_hint=nothing']) {
      const { headers } = await send(server.issuer + path, { headers: { accept: 'text/html' } });
      expect(headers['content-type'], path).to.include('text/html');
    }
  });

  it('whatever letters the address is written in', async () => {
    const { status, headers } = await send(`${server.issuer}/oidc/TOKEN`, { method: 'POST', headers: { accept: 'text/html' } });
    expect([status, headers['content-type']]).to.deep.equal([401, 'application/json; charset=utf-8']);
  });
});
