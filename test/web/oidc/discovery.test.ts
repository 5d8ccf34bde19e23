import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { decodeJwt, SignJWT } from 'jose';
import { changeBranding } from '../../../src/domain/company/branding/index.ts';
import { type Answer, Jar, send } from '../../support/jar.ts';
import { authorizationUrl, authorize, basic, exchange, json } from '../../support/oidc.ts';
import { eventually } from '../../support/process.ts';
import { clientSecret, passwords, startTestServer, type TestServer } from '../../support/server.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

describe('web/oidc: what the discovery document says is so (OpenID Connect Discovery §3, RFC 8414 §2)', () => {
  let server: TestServer;
  let document: Record<string, unknown>;
  const list = (name: string) => document[name] as string[];
  const keys: Record<string, KeyObject> = {};
  const read = async () => json(await send(`${server.issuer}/.well-known/openid-configuration`));

  before(async () => {
    server = await startTestServer();
    document = await read();
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const ed = generateKeyPairSync('ed25519');
    Object.assign(keys, {
      RS256: rsa.privateKey,
      PS256: rsa.privateKey,
      ES256: ec.privateKey,
      Ed25519: ed.privateKey,
      EdDSA: ed.privateKey,
    });
    const jwks = { keys: [rsa, ec, ed].map(({ publicKey }) => publicKey.export({ format: 'jwk' })) };
    const oidc = { client_id: 'keyed', token_endpoint_auth_method: 'private_key_jwt', jwks, grant_types: ['client_credentials'] };
    const keyed = { code: 'keyed', name: 'Keyed', oidc };
    // who is told of sign-outs is told the session, too
    const told = {
      client_id: 'told',
      client_secret: clientSecret,
      redirect_uris: [server.redirectUri],
      backchannel_logout_uri: 'https://told.example/out',
    };
    await server.apply({
      contexts: [{ code: 'acme', applications: [keyed, { code: 'told', name: 'Told', navigable: true, oidc: told }] }],
    });
  });
  after(() => server.close());

  it('has every member that the specifications ask for, and of what we know', () => {
    expect(document).to.include({ issuer: server.issuer, claims_parameter_supported: true, request_parameter_supported: false });
    expect(document).to.include({ request_uri_parameter_supported: false, authorization_response_iss_parameter_supported: true });
    const members =
      'authorization_endpoint token_endpoint userinfo_endpoint jwks_uri scopes_supported response_types_supported response_modes_supported grant_types_supported acr_values_supported subject_types_supported id_token_signing_alg_values_supported token_endpoint_auth_methods_supported token_endpoint_auth_signing_alg_values_supported claim_types_supported claims_supported ui_locales_supported code_challenge_methods_supported end_session_endpoint introspection_endpoint introspection_endpoint_auth_methods_supported introspection_endpoint_auth_signing_alg_values_supported revocation_endpoint revocation_endpoint_auth_methods_supported revocation_endpoint_auth_signing_alg_values_supported device_authorization_endpoint pushed_authorization_request_endpoint dpop_signing_alg_values_supported backchannel_logout_supported backchannel_logout_session_supported prompt_values_supported';
    expect(document).to.include.all.keys(...members.split(' '));
    expect(list('id_token_signing_alg_values_supported')).to.include('RS256');
    for (const [name, address] of Object.entries(document))
      if (/_endpoint$|_uri$/.test(name)) expect(new URL(String(address)).href, name).to.equal(address);
  });

  it('no request object, neither by value nor by reference (Core §6.1, §6.2)', async () => {
    for (const [name, error] of [
      ['request', 'request_not_supported'],
      ['request_uri', 'request_uri_not_supported'],
    ] as const) {
      const { url } = authorizationUrl(server, { client_id: 'mobile', [name]: name === 'request' ? 'e30.e30.' : 'https://app.example/r' });
      const answer = await new Jar().follow(url, {}, (to) => to.startsWith(server.redirectUri));
      expect(answer.location ?? answer.text, name).to.contain(error);
    }
  });

  it('clients prove themselves in each way that is named, at each endpoint, and in no other', async () => {
    const { access_token } = json(
      await send(`${server.issuer}/oidc/token`, { form: { grant_type: 'client_credentials' }, headers: basic('payroll', clientSecret) }),
    );
    const post = async (path: string, form: Record<string, string>, headers = {}) => {
      const content = { token: path === 'introspect' ? access_token : 'nothing', grant_type: 'client_credentials', ...form };
      return send(`${server.issuer}/oidc/${path}`, { form: content, headers });
    };
    const assert = (alg: string) =>
      new SignJWT({ jti: randomUUID(), iss: 'keyed', sub: 'keyed', aud: server.issuer })
        .setProtectedHeader({ alg })
        .setExpirationTime('1m')
        .sign(keys[alg]!);
    const ways: Record<string, (path: string) => Promise<Answer>> = {
      client_secret_basic: (path) => post(path, {}, basic('payroll', clientSecret)),
      client_secret_post: (path) => post(path, { client_id: 'payroll', client_secret: clientSecret }),
      private_key_jwt: async (path) => post(path, { client_assertion: await assert('ES256'), client_assertion_type: assertionType }),
      none: (path) => post(path, { client_id: 'mobile' }),
    };
    expect(list('token_endpoint_auth_methods_supported')).to.have.members(Object.keys(ways));
    for (const [name, path] of [
      ['introspection', 'introspect'],
      ['revocation', 'revoke'],
    ] as const)
      for (const [way, prove] of Object.entries(ways)) {
        const { status, text } = await prove(path);
        const isNamed = list(`${name}_endpoint_auth_methods_supported`).includes(way);
        if (isNamed) expect(status, `${path} ${way}`).to.equal(200);
        else expect(text, `${path} ${way}`).not.to.contain('"active":true');
      }
    for (const [name, path] of [
      ['token', 'token'],
      ['introspection', 'introspect'],
      ['revocation', 'revoke'],
    ] as const)
      for (const alg of list(`${name}_endpoint_auth_signing_alg_values_supported`))
        expect(
          (await post(path, { client_assertion: await assert(alg), client_assertion_type: assertionType })).status,
          `${path} ${alg}`,
        ).to.equal(200);
  });

  it('each claim reaches the application, by the scopes that are named', async () => {
    const scope = list('scopes_supported')
      .filter((one) => one !== 'offline_access')
      .join(' ');
    const { code, verifier } = await authorize(server, new Jar(), {
      login: 'jsilva',
      password: passwords.joao,
      scope,
      max_age: '3600',
      client_id: 'told',
    });
    const { body } = await exchange(server, code!, verifier, { client: 'told' });
    const told = Object.keys(decodeJwt(body.id_token));
    // João has none, nor a list that is too long
    const unknown = new Set(['email', 'email_verified', 'locale', 'claims_overage']);
    for (const claim of list('claims_supported')) if (!unknown.has(claim)) expect(told, claim).to.include(claim);
    expect(body.scope.split(' ')).to.have.members(scope.split(' '));
  });

  it('the company’s policy and terms are those below its pages, and absent where it has none', async () => {
    expect(document).not.to.have.any.keys('op_policy_uri', 'op_tos_uri');
    const scope = await server.scope();
    const links = { privacy: 'https://acme.example/privacy', terms: 'https://acme.example/terms' };
    await changeBranding(scope, { links }, 0);
    await eventually(async () => expect(await read()).to.include({ op_policy_uri: links.privacy, op_tos_uri: links.terms }));
  });
});
