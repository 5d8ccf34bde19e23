import { expect } from 'chai';
import { eventsOf } from '../../support/audit.ts';
import { Jar, send } from '../../support/jar.ts';
import { setPolicy } from '../../support/policy.ts';
import { fillSignIn, passwords, startTestServer, type TestServer } from '../../support/server.ts';

const networks = ['203.0.113.0/24', '2001:db8::/32'];

describe('web/request: the person’s address behind a proxy', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ config: { trustedProxies: ['127.0.0.1'] } });
  });
  after(() => server.close());

  async function signIn(headers: Record<string, string>, password = passwords.joao) {
    const jar = new Jar((url, options = {}) => send(url, { ...options, headers: { ...options.headers, ...headers } }));
    const page = await jar.follow(`${server.issuer}/launchpad`);
    return fillSignIn(jar, page, 'jsilva', password);
  }

  it('is what the audit records and what network rules look at', async () => {
    await setPolicy(server, { networks });
    for (const [headers, address, admitted] of [
      [{ 'x-forwarded-for': '203.0.113.7:54321' }, '203.0.113.7', true],
      [{ 'x-forwarded-for': '6.6.6.6, "[2001:db8::7]:443"' }, '2001:db8::7', true],
      [{ forwarded: 'for="[2001:db8::8%25eth0]:47011";proto=https' }, '2001:db8::8', true],
      [{ 'x-forwarded-for': '203.0.113.7, 198.51.100.7:1' }, '198.51.100.7', false],
      [{ forwarded: 'for=203.0.113.7, for=_hidden' }, '127.0.0.1', false],
    ] as const) {
      const answer = await signIn(headers);
      expect(answer.status, address).to.equal(admitted ? 200 : 403);
      const event = (await eventsOf(await server.scope())).findLast(
        ({ type }) => type === (admitted ? 'sign-in.succeeded' : 'sign-in.failed'),
      );
      expect(event?.actor.ip, address).to.equal(address);
    }
  });
});
