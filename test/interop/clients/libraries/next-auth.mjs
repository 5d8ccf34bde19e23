import express from 'express';
import nextAuth from 'next-auth';

/** A Next.js application's `pages/api/auth/[...nextauth].js`, without Next.js: what it hands over is laid on Express. */
export default async function create({ issuer, clientId, clientSecret, address }) {
  process.env.NEXTAUTH_URL = `${address}/api/auth`;
  const options = {
    secret: 'a secret of this application',
    providers: [
      {
        id: 'portaria',
        name: 'Portaria',
        type: 'oauth',
        wellKnown: `${issuer}/.well-known/openid-configuration`,
        clientId,
        clientSecret,
        authorization: { params: { scope: 'openid profile email groups' } },
        idToken: true,
        checks: ['pkce', 'state', 'nonce'],
        profile: ({ sub, name, email }) => ({ id: sub, name, email }),
      },
    ],
  };
  const app = express.Router();
  app.use('/api/auth', express.urlencoded({ extended: false }), (request, response) => {
    const { pathname, searchParams } = new URL(request.url, address);
    const query = { ...Object.fromEntries(searchParams), nextauth: pathname.slice(1).split('/') };
    const cookies = Object.fromEntries(
      (request.headers.cookie ?? '').split('; ').map((pair) => {
        const [name, ...value] = pair.split('=');
        return [name, decodeURIComponent(value.join('='))];
      }),
    );
    const { method, headers, body = {} } = request;
    return nextAuth.default({ method, headers, body, query, cookies }, response, options);
  });
  return app;
}
