import { ExpressAuth } from '@auth/express';
import express from 'express';

export default async function create({ issuer, clientId, clientSecret }) {
  const app = express.Router();
  const scope = 'openid profile email groups';
  const provider = { id: 'portaria', name: 'Portaria', type: 'oidc', issuer, clientId, clientSecret, authorization: { params: { scope } } };
  // by a pattern: @auth/express reads the rest of the path as Express 4 named it
  app.use(/^\/auth\/(.*)/, ExpressAuth({ secret: 'a secret of this application', trustHost: true, providers: [provider] }));
  return app;
}
