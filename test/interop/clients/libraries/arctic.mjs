import { CodeChallengeMethod, decodeIdToken, generateCodeVerifier, generateState, OAuth2Client } from 'arctic';
import express from 'express';

export default async function create({ metadata, clientId, clientSecret, address }) {
  const client = new OAuth2Client(clientId, clientSecret, `${address}/callback`);
  const app = express.Router();
  app.get('/sign-in', ({ session }, response) => {
    const [state, verifier] = [generateState(), generateCodeVerifier()];
    session.flow = { state, verifier };
    const scopes = ['openid', 'profile', 'email', 'groups', 'offline_access'];
    const method = CodeChallengeMethod.S256;
    response.redirect(client.createAuthorizationURLWithPKCE(metadata.authorization_endpoint, state, method, verifier, scopes).href);
  });
  app.get('/callback', async ({ session, query }, response) => {
    if (query.state !== session.flow.state) throw new Error('another state');
    const tokens = await client.validateAuthorizationCode(metadata.token_endpoint, query.code, session.flow.verifier);
    Object.assign(session, { refreshToken: tokens.refreshToken(), who: decodeIdToken(tokens.idToken()) });
    response.redirect(`${address}/who`);
  });
  app.get('/who', ({ session }, response) => response.json(session.who ?? {}));
  app.get('/refresh', async ({ session }, response) => {
    const tokens = await client.refreshAccessToken(metadata.token_endpoint, session.refreshToken, []);
    if (tokens.hasRefreshToken()) session.refreshToken = tokens.refreshToken();
    response.json(decodeIdToken(tokens.idToken()));
  });
  app.get('/revoke', async ({ session }, response) => {
    await client.revokeToken(metadata.revocation_endpoint, session.refreshToken);
    const again = await client.refreshAccessToken(metadata.token_endpoint, session.refreshToken, []).catch(({ code }) => code);
    response.json({ active: again === 'invalid_grant' ? false : 'still' });
  });
  return app;
}
