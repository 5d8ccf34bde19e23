import { expect } from 'chai';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { Jar } from '../support/jar.ts';
import { clientSecret, fillSignIn, passwords, startTestServer, type TestServer } from '../support/server.ts';

describe('interop: certified relying-party libraries', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const insecure = { [oauth.allowInsecureRequests]: true };

  /** Plays the browser from an authorization address to the redirect. */
  async function browse(url: string): Promise<URL> {
    const jar = new Jar();
    const stop = (address: string) => address.startsWith(server.redirectUri);
    const page = await jar.follow(url, {}, stop);
    const answer = await fillSignIn(jar, page, 'jsilva', passwords.joao, stop);
    return new URL(answer.location!);
  }

  it('openid-client: discovery, PAR, code with PKCE, userinfo, refresh, introspection, revocation', async () => {
    const config = await client.discovery(new URL(server.issuer), 'payroll', clientSecret, client.ClientSecretBasic(clientSecret), {
      execute: [client.allowInsecureRequests],
    });
    const verifier = client.randomPKCECodeVerifier();
    const [state, nonce] = [client.randomState(), client.randomNonce()];
    const url = await client.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: server.redirectUri,
      scope: 'openid profile groups',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    expect(url.searchParams.get('request_uri')).to.match(/^urn:ietf:params:oauth:request_uri:/);
    const tokens = await client.authorizationCodeGrant(config, await browse(url.href), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
    });
    expect(tokens.claims()).to.include({ name: 'João da Silva', preferred_username: 'jsilva' });
    expect(await client.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub)).to.deep.include({
      groups: ['Everyone', 'Finance'],
    });
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token!);
    expect(await client.tokenIntrospection(config, refreshed.access_token)).to.include({ active: true, client_id: 'payroll' });
    await client.tokenRevocation(config, refreshed.access_token);
    expect(await client.tokenIntrospection(config, refreshed.access_token)).to.deep.equal({ active: false });
  });

  it('openid-client: device flow with our pages', async () => {
    const config = await client.discovery(new URL(server.issuer), 'mobile', undefined, client.None(), {
      execute: [client.allowInsecureRequests],
    });
    const device = await client.initiateDeviceAuthorization(config, { scope: 'openid profile' });
    expect(device.user_code).to.match(/^[A-Z]{4}-[A-Z]{4}$/);
    const jar = new Jar();
    const entry = await jar.follow(device.verification_uri);
    expect(entry.text).to.contain('Enter the code shown on your device');
    const wrong = await jar.submit(jar.form(entry, /oidc\/device/), { user_code: 'WRNG-CODE' });
    expect(wrong.status).to.equal(400);
    expect(wrong.text).to.contain('This code is not valid');
    const confirm = await jar.submit(jar.form(wrong, /oidc\/device/), { user_code: device.user_code });
    expect(confirm.text).to.contain('Connect Mobile?').and.to.contain(device.user_code);
    const signIn = await jar.submit(jar.form(confirm, /oidc\/device/), { confirm: 'yes' });
    const done = await fillSignIn(jar, signIn, 'jsilva', passwords.joao);
    expect(done.text).to.contain('The device is connected');
    const tokens = await client.pollDeviceAuthorizationGrant(config, { ...device, interval: 0.1 });
    expect(tokens.claims()).to.include({ name: 'João da Silva' });
  });

  it('oauth4webapi: code with PKCE and DPoP, RS256 chosen by the application', async () => {
    await server.apply({
      contexts: [
        {
          code: 'acme',
          name: 'Acme S.A.',
          applications: [
            {
              code: 'bound',
              name: 'Bound',
              navigable: true,
              oidc: {
                client_id: 'bound',
                token_endpoint_auth_method: 'none',
                redirect_uris: [server.redirectUri],
                dpop_bound_access_tokens: true,
                id_token_signed_response_alg: 'RS256',
              },
            },
          ],
        },
      ],
    });
    const issuer = new URL(server.issuer);
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    const rp: oauth.Client = { client_id: 'bound', id_token_signed_response_alg: 'RS256' };
    const dpop = oauth.DPoP(rp, await oauth.generateKeyPair('ES256'));
    const verifier = oauth.generateRandomCodeVerifier();
    const url = new URL(as.authorization_endpoint!);
    const params = {
      client_id: 'bound',
      redirect_uri: server.redirectUri,
      response_type: 'code',
      scope: 'openid',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    };
    url.search = new URLSearchParams(params).toString();
    const callback = oauth.validateAuthResponse(as, rp, await browse(url.href), oauth.expectNoState);
    const response = await oauth.authorizationCodeGrantRequest(as, rp, oauth.None(), callback, server.redirectUri, verifier, {
      DPoP: dpop,
      ...insecure,
    });
    const tokens = await oauth.processAuthorizationCodeResponse(as, rp, response, { requireIdToken: true });
    await oauth.validateApplicationLevelSignature(as, response, insecure);
    expect(tokens.token_type).to.equal('dpop');
    const bearer = await fetch(as.userinfo_endpoint!, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    expect(bearer.status, 'a bound token is no bearer token').to.equal(401);
    const bound = await oauth.protectedResourceRequest(tokens.access_token, 'GET', new URL(as.userinfo_endpoint!), undefined, undefined, {
      DPoP: dpop,
      ...insecure,
    });
    expect(bound.status).to.equal(200);
  });
});
