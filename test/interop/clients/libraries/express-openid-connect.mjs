import express from 'express';
import openid from 'express-openid-connect';

/** Its own default is the implicit flow; with a secret its guide asks for `code`. */
export default async function create({ issuer, clientId, clientSecret, address }) {
  const app = express.Router();
  const settings = {
    issuerBaseURL: issuer,
    baseURL: address,
    clientID: clientId,
    clientSecret,
    secret: 'a secret of its own cookie, which is long',
    authRequired: false,
    idpLogout: true,
    authorizationParams: { response_type: 'code', scope: 'openid profile email groups offline_access' },
    routes: { login: '/sign-in', logout: '/sign-out', postLogoutRedirect: new URL('/bye', address).href },
  };
  app.use(openid.auth(settings));
  app.get('/', (_, response) => response.redirect(`${address}/who`));
  app.get('/who', async ({ oidc }, response) => {
    response.json(oidc.isAuthenticated() ? { ...oidc.user, ...(await oidc.fetchUserInfo()) } : {});
  });
  app.get('/refresh', async ({ oidc }, response) => {
    await oidc.accessToken.refresh();
    response.json(await oidc.fetchUserInfo());
  });
  return app;
}
