import { createRequire } from 'node:module';
import { join } from 'node:path';
import express from 'express';

const folder = join(createRequire(import.meta.url).resolve('@okta/okta-auth-js/package.json'), '../dist');

/** It takes for granted where Okta's addresses are: here they are those of the document. */
export default async function create({ issuer, metadata, clientId, address }) {
  const settings = {
    issuer,
    clientId,
    redirectUri: `${address}/callback`,
    postLogoutRedirectUri: new URL('/bye', address).href,
    scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    authorizeUrl: metadata.authorization_endpoint,
    tokenUrl: metadata.token_endpoint,
    userinfoUrl: metadata.userinfo_endpoint,
    revokeUrl: metadata.revocation_endpoint,
    logoutUrl: metadata.end_session_endpoint,
  };
  const page = (then) => `<!doctype html><title>okta-auth-js</title><script src="${address}/script.js"></script><script>
    var okta = new OktaAuth(${JSON.stringify(settings)});
    ${then}
  </script>`;
  const app = express.Router();
  app.get('/', (_, response) => response.send(page('')));
  app.get('/callback', (_, response) =>
    response.send(
      page(
        `okta.token.parseFromUrl().then(({ tokens }) => { okta.tokenManager.setTokens(tokens); user = tokens; }, (error) => { failed = error; });`,
      ),
    ),
  );
  app.get('/script.js', (_, response) => response.sendFile('okta-auth-js.min.js', { root: folder }));
  return app;
}
