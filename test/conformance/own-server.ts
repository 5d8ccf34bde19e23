import { readFileSync } from 'node:fs';
import { exportJWK, generateKeyPair } from 'jose';
import { changeStatus, findUserByLogin } from '../../src/domain/people/users/index.ts';
import { startFront } from '../support/front.ts';
import { passwords, startTestServer } from '../support/server.ts';
import { listenForLogout } from './suite/run-all.ts';
import type { Place } from './suite/send.ts';
import type { LogoutArrival, Settings } from './suite/world.ts';

const host = 'login.example.com';
const application = 'https://app.example.com';

/** A server behind TLS with the clients of docs/conformance.md, each with what is proposed and no more. */
export async function startOwnServer(): Promise<{
  settings: Settings;
  places: Map<string, Place>;
  arrivals: LogoutArrival[];
  close(): Promise<void>;
}> {
  const front = await startFront([host]);
  const server = await startTestServer({ jobs: true, config: { baseUrl: `https://${host}` } });
  front.route(host, server.port);
  const logout = await listenForLogout(0);
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const client = { client_id: 'conformance', client_secret: 'conformance-secret-conformance-1' };
  const second = { client_id: 'conformance-2', client_secret: 'conformance-secret-conformance-2' };
  const addresses = {
    redirect_uris: [`${application}/callback`],
    post_logout_redirect_uris: [`${application}/bye`],
    grant_types: ['authorization_code', 'refresh_token'],
  };
  const shown = (oidc: Record<string, unknown> & { client_id: string }) => ({
    code: oidc.client_id,
    name: oidc.client_id,
    navigable: true,
    oidc: { ...addresses, ...oidc },
  });
  const kid = 'conformance';
  const person = { login: 'ana@acme.example', password: passwords.ana };
  await server.apply({
    contexts: [
      {
        code: 'acme',
        name: 'Acme S.A.',
        customFields: [
          { code: 'phone', label: 'Telephone', type: 'text', claim: 'phone_number' },
          { code: 'street', label: 'Street', type: 'text', claim: 'address.street_address' },
          { code: 'city', label: 'City', type: 'text', claim: 'address.locality' },
        ],
        users: [{ email: person.login, customFields: { phone: '+55 47 5550 0100', street: 'Rua das Flores 1', city: 'Joinville' } }],
        applications: [
          shown({ ...client, backchannel_logout_uri: `http://127.0.0.1:${logout.port}/back-channel-logout` }),
          shown({ ...second, grant_types: [...addresses.grant_types, 'urn:ietf:params:oauth:grant-type:device_code'] }),
          shown({
            client_id: 'conformance-key',
            token_endpoint_auth_method: 'private_key_jwt',
            jwks: { keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] },
          }),
        ],
      },
    ],
  });
  const scope = await server.scope();
  await changeStatus(scope, (await findUserByLogin(scope, 'jsilva'))!.userId, 'deactivate');
  return {
    settings: {
      issuer: `https://${host}/acme`,
      client,
      second_client: second,
      key_client: { client_id: 'conformance-key', private_jwk: { ...(await exportJWK(privateKey)), kid } },
      redirect_uri: `${application}/callback`,
      post_logout_redirect_uri: `${application}/bye`,
      back_channel_port: logout.port,
      person,
      suspended_person: { login: 'jsilva', password: passwords.joao },
    },
    places: new Map([[host, { host: '127.0.0.1', port: front.port, authority: readFileSync(front.authority, 'utf8') }]]),
    arrivals: logout.arrivals,
    async close() {
      await server.close();
      await front.close();
      await logout.close();
    },
  };
}
