import { createRequire } from 'node:module';
import { join } from 'node:path';
import express from 'express';

const script = join(createRequire(import.meta.url).resolve('oidc-client-ts'), '../../browser/oidc-client-ts.min.js');

/** A single page: `manager` and, after a sign-in by redirect, `user` are there for the test. */
export default async function create({ issuer, clientId, address }) {
  const settings = {
    authority: issuer,
    client_id: clientId,
    redirect_uri: `${address}/callback`,
    post_logout_redirect_uri: new URL('/bye', address).href,
    scope: 'openid profile email groups offline_access',
    loadUserInfo: true,
  };
  const page = (then) => `<!doctype html><title>oidc-client-ts</title><script src="${address}/script.js"></script><script>
    const userStore = new oidc.WebStorageStateStore({ store: localStorage });
    var manager = new oidc.UserManager({ ...${JSON.stringify(settings)}, userStore });
    ${then}
  </script>`;
  const app = express.Router();
  app.get('/', (_, response) => response.send(page('')));
  app.get('/callback', (_, response) =>
    response.send(page('manager.signinCallback().then((one) => { user = one; }, (error) => { failed = error; });')),
  );
  app.get('/script.js', (_, response) => response.sendFile(script));
  return app;
}
