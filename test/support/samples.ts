import { readDemo, startExample } from '../../src/app/index.ts';
import { send } from './jar.ts';
import { eventually } from './process.ts';
import { makeKeys } from './saml.ts';
import { freePort, type TestServer } from './server.ts';

/** Addresses of the sample applications, which are registered in company acme. */
export type Samples = { oidc: string; saml: string; stop(): void };

/** Starts the sample applications, which everybody in company acme may open; the server has to reach `localhost` (`outboundAllow`). */
export async function startSamples(server: TestServer): Promise<Samples> {
  const [oidc, saml] = [`http://localhost:${await freePort()}`, `http://localhost:${await freePort()}`];
  const { pem, certificate } = makeKeys();
  const { applications } = readDemo({ oidc, saml }, { certificate }).contexts[0]!;
  await server.apply({ contexts: [{ code: 'acme', name: 'Acme S.A.', applications }] });
  const ISSUER = server.issuer;
  const running = [
    startExample('openid-connect', { ISSUER, CLIENT_ID: 'sample', ADDRESS: oidc }, console.log),
    startExample('saml', { ISSUER, PRIVATE_KEY: pem, CERTIFICATE: certificate, ADDRESS: saml }, console.log),
  ];
  for (const address of [oidc, saml]) await eventually(() => send(`${address}/`));
  return {
    oidc,
    saml,
    stop() {
      for (const one of running) one.kill();
    },
  };
}
