import express from 'express';
import { generators, Issuer } from 'openid-client-5';

export default async function create({ issuer, clientId, clientSecret, address }) {
  const { Client } = await Issuer.discover(issuer);
  const redirectUri = `${address}/callback`;
  const client = new Client({ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri], response_types: ['code'] });
  const app = express.Router();
  app.get('/sign-in', ({ session }, response) => {
    const [code_verifier, state, nonce] = [generators.codeVerifier(), generators.state(), generators.nonce()];
    session.flow = { code_verifier, state, nonce, response_type: 'code' };
    const code_challenge = generators.codeChallenge(code_verifier);
    const scope = 'openid profile email groups offline_access';
    response.redirect(client.authorizationUrl({ scope, state, nonce, code_challenge, code_challenge_method: 'S256' }));
  });
  app.get('/callback', async (request, response) => {
    const tokens = await client.callback(redirectUri, client.callbackParams(request), request.session.flow);
    Object.assign(request.session, { tokens, who: { ...tokens.claims(), ...(await client.userinfo(tokens)) } });
    response.redirect(`${address}/who`);
  });
  app.get('/who', ({ session }, response) => response.json(session.who ?? {}));
  app.get('/refresh', async ({ session }, response) => {
    const tokens = await client.refresh(session.tokens.refresh_token);
    session.tokens = { ...session.tokens, ...tokens };
    response.json(await client.userinfo(tokens.access_token));
  });
  app.get('/revoke', async ({ session }, response) => {
    await client.revoke(session.tokens.refresh_token);
    response.json(await client.introspect(session.tokens.refresh_token));
  });
  app.get('/sign-out', ({ session }, response) => {
    const url = client.endSessionUrl({ id_token_hint: session.tokens.id_token, post_logout_redirect_uri: new URL('/bye', address).href });
    session.destroy(() => response.redirect(url));
  });
  return app;
}
