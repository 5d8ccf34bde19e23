import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { watchRefusals } from '../../support/audit.ts';
import { movableClock } from '../../support/clock.ts';
import { token } from '../../support/oidc.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const { privateKey, publicKey } = await generateKeyPair('ES256');
const forged = (await generateKeyPair('ES256')).privateKey;
const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] });

describe('web/oidc: keys of an application that are fetched by address (jwks_uri)', () => {
  let server: TestServer;
  let peer: Server;
  let asked = 0;
  let answer: { status: number; body: string };
  const { clock, now, wait } = movableClock();

  before(async () => {
    peer = createServer((_request, response) => {
      asked += 1;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
    await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
    server = await startTestServer({ clock });
  });
  // with a provider that has fetched nothing yet
  let round = 0;
  beforeEach(async () => {
    const jwks_uri = `http://127.0.0.1:${(peer.address() as AddressInfo).port}/jwks?${++round}`;
    const oidc = { client_id: 'batch', token_endpoint_auth_method: 'private_key_jwt', grant_types: ['client_credentials'], jwks_uri };
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications: [{ code: 'batch', name: 'Batch', oidc }] }] });
  });
  after(async () => {
    peer.close();
    await server.close();
  });

  async function ask(key = privateKey): Promise<number> {
    const seconds = Math.floor(now() / 1000);
    const assertion = await new SignJWT({ jti: Math.random().toString(36) })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer('batch')
      .setSubject('batch')
      .setAudience(server.issuer)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 60)
      .sign(key);
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    return (await token(server.issuer, { grant_type: 'client_credentials', client_assertion_type: type, client_assertion: assertion }))
      .status;
  }
  const many = (key = privateKey) => Promise.all(Array.from({ length: 20 }, () => ask(key)));

  for (const [what, failing] of [
    ['an error', { status: 500, body: '{}' }],
    ['no JSON', { status: 200, body: '<html>' }],
    ['no set of keys', { status: 200, body: '[]' }],
  ] as const)
    it(`a server that answers with ${what} is asked once in half a minute, whoever sends assertions`, async () => {
      const refused = await watchRefusals(await server.scope(), 'authorization.failed');
      [answer, asked] = [failing, 0];
      expect(new Set(await many(forged))).to.deep.equal(new Set([401]));
      expect(new Set(await many(forged))).to.deep.equal(new Set([401]));
      expect(asked).to.equal(1);
      expect(new Set(await refused())).to.deep.equal(new Set(['client-keys-unreadable']));
      wait(1.1);
      answer = { status: 200, body: keys };
      expect(new Set(await many()), 'it is well again').to.deep.equal(new Set([200]));
      expect(asked, 'many at once share a fetch').to.equal(2);
    });
});
