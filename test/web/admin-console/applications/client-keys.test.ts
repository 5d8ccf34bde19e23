import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { importJWK } from 'jose';
import * as client from 'openid-client';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import type { Answer, Jar } from '../../../support/jar.ts';
import { freePort, passwords, signedIn, startTestServer, type TestServer } from '../../../support/server.ts';

const pair = (kid: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicJwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' },
    privateJwk: { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256' },
  };
};
type Pair = ReturnType<typeof pair>;
const setOf = (...pairs: Pair[]) => JSON.stringify({ keys: pairs.map(({ publicJwk }) => publicJwk) });
const smallRsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });

describe('web: the console registers applications that sign with a key of their own (RFC 7523)', () => {
  let server: TestServer;
  let publisher: Server;
  let jwksUri: string;
  let ana: Jar;
  const [pasted, published, stranger] = [pair('pasted'), pair('published'), pair('stranger')];

  before(async () => {
    const port = await freePort();
    server = await startTestServer({ config: { outboundAllow: [`localhost:${port}`] } });
    ana = await signedIn(server.baseUrl, 'ana@acme.example', passwords.ana);
    jwksUri = `http://localhost:${port}/keys`;
    publisher = createServer((_request, response) => response.end(setOf(published))).listen(port, '127.0.0.1');
  });
  after(async () => {
    publisher.close();
    await server.close();
  });

  async function fillIn(path: string, changes: Record<string, string>, lang = 'en') {
    const { action, entries } = ana.form(await ana.get(`${server.issuer}${path}`), /admin\/applications/);
    const form = new URLSearchParams(entries);
    form.delete('grant_types');
    for (const [name, value] of Object.entries({ grant_types: 'client_credentials', redirect_uris: '', ...changes })) form.set(name, value);
    return ana.get(action, { form, headers: { 'accept-language': lang } });
  }
  const create = (name: string, changes: Record<string, string>, lang?: string) =>
    fillIn(
      '/admin/applications/new?entry=openid-connect',
      { name, code: name.toLowerCase(), token_endpoint_auth_method: 'private_key_jwt', ...changes },
      lang,
    );

  async function obtain(clientId: string, { privateJwk }: Pair): Promise<string> {
    const key = (await importJWK(privateJwk)) as CryptoKey;
    const config = await client.discovery(new URL(server.issuer), clientId, undefined, client.PrivateKeyJwt({ key, kid: privateJwk.kid }), {
      execute: [client.allowInsecureRequests],
    });
    return (await client.clientCredentialsGrant(config)).access_token;
  }
  const refusalOf = (clientId: string, keys: Pair) =>
    obtain(clientId, keys).then(
      () => 'no refusal',
      (error: client.ResponseBodyError) => error.error,
    );

  it('by pasted keys: the holder of the private key is accepted, and nobody else', async () => {
    expect((await create('Pasted', { jwks: setOf(pasted) })).status).to.equal(303);
    expect(await obtain('pasted', pasted)).to.be.a('string');
    expect(await refusalOf('pasted', stranger)).to.equal('invalid_client');
    const { applicationId, oidc } = (await findApplicationByCode(await server.scope(), 'pasted'))!;
    expect(oidc).not.to.have.property('secret_fingerprint');
    const page = await ana.get(`${server.issuer}/admin/applications/${applicationId}/edit`);
    expect(JSON.parse(ana.form(page, /admin\/applications/).fields.jwks!)).to.deep.equal(JSON.parse(setOf(pasted)));
  });

  it('by the address where the application publishes them, and by none that is private and not allowed', async () => {
    expect((await create('Published', { jwks_uri: jwksUri })).status).to.equal(303);
    expect(await obtain('published', published)).to.be.a('string');
    expect(await refusalOf('published', stranger)).to.equal('invalid_client');
    expect((await create('Inside', { jwks_uri: jwksUri.replace('localhost', '127.0.0.1') })).status).to.equal(303);
    expect(await refusalOf('inside', published)).to.equal('invalid_client');
  });

  it('says how many keys of a set were left out, where others can be used, in the reader’s language', async () => {
    const others = [smallRsa, { kty: 'EC', crv: 'P-256' }, { kty: 'unknown' }, { ...stranger.publicJwk, use: 'enc' }];
    const jwks = JSON.stringify({ keys: [pasted.publicJwk, ...others] });
    const told = async (answer: Answer, lang: string) =>
      (await ana.get(new URL(answer.location!, server.issuer).href, { headers: { 'accept-language': lang } })).text;
    expect(await told(await create('Mixed', { jwks }), 'en')).to.contain('for another use: 4.');
    const { applicationId } = (await findApplicationByCode(await server.scope(), 'mixed'))!;
    const edit = `/admin/applications/${applicationId}/edit`;
    for (const [lang, said] of [
      ['en', 'for another use: 4.'],
      ['es', 'tener otro uso: 4.'],
      ['pt-BR', 'terem outro uso: 4.'],
    ])
      expect(await told(await fillIn(edit, { jwks }, lang!), lang!), lang).to.contain(said);
    expect(await told(await fillIn(edit, {}), 'en'), 'those that were kept')
      .to.contain('in effect.')
      .and.not.to.contain('for another use');
  });

  it('says which keys cannot be used and why, in the reader’s language, and keeps what was typed', async () => {
    const faults: [Record<string, string>, RegExp][] = [
      [{}, /paste them or enter the URL/],
      [{ jwks: '-----BEGIN PUBLIC KEY-----' }, /Enter a JSON Web Key Set/],
      [{ jwks: JSON.stringify(pasted.publicJwk) }, /Enter a JSON Web Key Set/],
      [{ jwks: '{"keys": []}' }, /Enter a JSON Web Key Set/],
      [{ jwks: JSON.stringify({ keys: [pasted.privateJwk] }) }, /private keys/],
      [{ jwks: JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] }) }, /private keys/],
      [{ jwks: JSON.stringify({ keys: [smallRsa] }) }, /2048 bits or more/],
      [{ jwks: JSON.stringify({ keys: [{ kty: 'EC', crv: 'P-256' }] }) }, /None of these keys is supported/],
      [{ jwks: setOf(pasted), jwks_uri: jwksUri }, /not both/],
      [{ jwks_uri: 'ftp://keys.example' }, /with https/],
    ];
    for (const [typed, message] of faults) {
      const answer = await create('Refused', typed);
      expect(answer.status, String(message)).to.equal(422);
      expect(answer.text).to.match(message);
      const { fields } = ana.form(answer, /admin\/applications/);
      expect(fields.jwks!.replace(/\s/g, '')).to.equal((typed.jwks ?? '').replace(/\s/g, ''));
      expect(fields.jwks_uri).to.equal(typed.jwks_uri ?? '');
    }
    expect(await findApplicationByCode(await server.scope(), 'refused')).to.equal(undefined);
  });
});
