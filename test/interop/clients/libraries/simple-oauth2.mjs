import { randomUUID } from 'node:crypto';
import express from 'express';
import { AuthorizationCode } from 'simple-oauth2';

/** It knows OAuth 2.0 only: no discovery, no ID token. */
export default async function create({ metadata, clientId, clientSecret, address }) {
  const path = (name) => new URL(metadata[name]).pathname;
  const client = new AuthorizationCode({
    client: { id: clientId, secret: clientSecret },
    auth: {
      tokenHost: new URL(metadata.issuer).origin,
      tokenPath: path('token_endpoint'),
      revokePath: path('revocation_endpoint'),
      authorizePath: path('authorization_endpoint'),
    },
  });
  const redirect_uri = `${address}/callback`;
  const whoIs = async ({ token }) =>
    (await fetch(metadata.userinfo_endpoint, { headers: { authorization: `Bearer ${token.access_token}` } })).json();
  const app = express.Router();
  app.get('/sign-in', ({ session }, response) => {
    session.state = randomUUID();
    response.redirect(client.authorizeURL({ redirect_uri, scope: 'openid profile email groups offline_access', state: session.state }));
  });
  app.get('/callback', async ({ session, query }, response) => {
    if (query.state !== session.state) throw new Error('another state');
    const tokens = await client.getToken({ code: query.code, redirect_uri });
    Object.assign(session, { tokens, who: await whoIs(tokens) });
    response.redirect(`${address}/who`);
  });
  app.get('/who', ({ session }, response) => response.json(session.who ?? {}));
  app.get('/refresh', async ({ session }, response) => {
    const tokens = await client.createToken(session.tokens).refresh();
    session.tokens = tokens;
    response.json(await whoIs(tokens));
  });
  app.get('/revoke', async ({ session }, response) => {
    const tokens = client.createToken(session.tokens);
    await tokens.revokeAll();
    response.json({ active: 'error' in (await whoIs(tokens)) ? false : 'still' });
  });
  return app;
}
