import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { watchRefusals } from '../../support/audit.ts';
import { movableClock } from '../../support/clock.ts';
import { token } from '../../support/oidc.ts';
import { passwords, signedIn, startTestServer, type TestServer } from '../../support/server.ts';

const { privateKey, publicKey } = await generateKeyPair('ES256');
const forged = (await generateKeyPair('ES256')).privateKey;
const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] });

const cases = [
  ['an error', 'batch-1', { status: 500, body: '{}' }],
  ['no JSON', 'batch-2', { status: 200, body: '<html>' }],
  ['no set of keys', 'batch-3', { status: 200, body: '[]' }],
] as const;

describe('web/oidc: keys of an application that are fetched by address (jwks_uri)', () => {
  let server: TestServer;
  let peer: Server;
  let asked = 0;
  let answer: { status: number; body: string };
  const { clock, wait } = movableClock();

  before(async () => {
    peer = createServer((_request, response) => {
      asked += 1;
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
    await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve));
    server = await startTestServer({ clock });
    const applications = cases.map(([, code]) => {
      const jwks_uri = `http://127.0.0.1:${(peer.address() as AddressInfo).port}/${code}`;
      const oidc = { client_id: code, token_endpoint_auth_method: 'private_key_jwt', grant_types: ['client_credentials'], jwks_uri };
      return { code, name: code, oidc };
    });
    await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications }] });
    // meanwhile the server has heard of the change, and makes no new provider later
    await signedIn(server.baseUrl, 'jsilva', passwords.joao);
  });
  after(async () => {
    peer.close();
    await server.close();
  });

  async function ask(client: string, key = privateKey): Promise<number> {
    const seconds = Math.floor(Date.now() / 1000); // by which the library reads assertions
    const assertion = await new SignJWT({ jti: Math.random().toString(36) })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(client)
      .setSubject(client)
      .setAudience(server.issuer)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + 60)
      .sign(key);
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    return (await token(server.issuer, { grant_type: 'client_credentials', client_assertion_type: type, client_assertion: assertion }))
      .status;
  }
  const many = (client: string, key = privateKey) => Promise.all(Array.from({ length: 20 }, () => ask(client, key)));

  for (const [what, client, failing] of cases)
    it(`a server that answers with ${what} is asked once in half a minute, whoever sends assertions`, async () => {
      const refused = await watchRefusals(await server.scope(), 'authorization.failed');
      [answer, asked] = [failing, 0];
      expect(new Set(await many(client, forged))).to.deep.equal(new Set([401]));
      expect(new Set(await many(client, forged))).to.deep.equal(new Set([401]));
      expect(asked).to.equal(1);
      expect(new Set(await refused())).to.deep.equal(new Set(['client-keys-unreadable']));
      wait(1.1);
      answer = { status: 200, body: keys };
      expect(new Set(await many(client)), 'it is well again').to.deep.equal(new Set([200]));
      expect(asked, 'many at once share a fetch').to.equal(2);
    });
});
