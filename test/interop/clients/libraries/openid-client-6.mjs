import express from 'express';
import * as client from 'openid-client';

export default async function create({ issuer, clientId, clientSecret, address }) {
  const config = await client.discovery(new URL(issuer), clientId, clientSecret, undefined, { execute: [client.allowInsecureRequests] });
  const app = express.Router();
  app.get('/sign-in', async ({ session }, response) => {
    const [verifier, state, nonce] = [client.randomPKCECodeVerifier(), client.randomState(), client.randomNonce()];
    session.flow = { verifier, state, nonce };
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: `${address}/callback`,
      scope: 'openid profile email groups offline_access',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    response.redirect(url.href);
  });
  app.get('/callback', async ({ session, url }, response) => {
    const { verifier, state, nonce } = session.flow;
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
    const tokens = await client.authorizationCodeGrant(config, new URL(address + url), checks);
    const claims = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    Object.assign(session, { tokens, who: { ...tokens.claims(), ...claims } });
    response.redirect(`${address}/who`);
  });
  app.get('/who', ({ session }, response) => response.json(session.who ?? {}));
  app.get('/refresh', async ({ session }, response) => {
    const tokens = await client.refreshTokenGrant(config, session.tokens.refresh_token);
    session.tokens = { ...session.tokens, ...tokens };
    response.json(await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub));
  });
  app.get('/revoke', async ({ session }, response) => {
    await client.tokenRevocation(config, session.tokens.refresh_token);
    response.json(await client.tokenIntrospection(config, session.tokens.refresh_token));
  });
  app.get('/sign-out', ({ session }, response) => {
    const url = client.buildEndSessionUrl(config, {
      id_token_hint: session.tokens.id_token,
      post_logout_redirect_uri: new URL('/bye', address).href,
    });
    session.destroy(() => response.redirect(url.href));
  });
  return app;
}
