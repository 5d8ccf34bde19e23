import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { applyState, parseState } from '../../../../src/domain/administration/desired-state/index.ts';
import {
  catalogue,
  editApplication,
  findApplicationByCode,
  registerApplication,
} from '../../../../src/domain/applications/applications/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/applications/applications: what a client is unless somebody says so', () => {
  const store = useStore();
  const oidc = { client_id: 'old', client_secret: 'old-secret-old-secret-1', redirect_uris: ['https://old.example/callback'] };
  const algOf = async (code: string) => (await findApplicationByCode(store.scope, code))!.oidc!.id_token_signed_response_alg;

  it('ID tokens are signed by RS256, which every client verifies (OpenID Connect Registration §2)', async () => {
    await registerApplication(store.scope, { code: 'new', name: 'New', oidc: { ...oidc, client_id: 'new' } });
    expect(await algOf('new')).to.equal('RS256');
    for (const entry of catalogue) expect(entry, entry.id).not.to.have.property('alg');
  });

  it('a client ID is no path that leads elsewhere', async () => {
    for (const client_id of ['.', '..', '../x', 'a/../b', 'x/..', './x', 'x\\..\\y', '\u0000', 'a b', 'é'])
      expect(
        Object.keys(
          await store.refused('invalid_input', () =>
            registerApplication(store.scope, { code: 'dots', name: 'Dots', oidc: { ...oidc, client_id } }),
          ),
        ),
        client_id,
      ).to.deep.equal(['client_id']);
    for (const [n, client_id] of ['https://app.example/client.json', 'a.b', '...', 'x/.well', 'a..b'].entries())
      await registerApplication(store.scope, { code: `dots-${n}`, name: 'Dots', oidc: { ...oidc, client_id } });
  });

  it('keys that cannot be used are left out (RFC 7517 §5), one has to be left, and none may be private', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    const others = [
      { kty: 'AKP', alg: 'ML-DSA-44', pub: 'x' },
      { kty: 'RSA', n: 'AQAB' },
      { ...key, alg: 'XYZ' },
      { ...key, use: 'enc' },
      { ...key, crv: 'P-1' },
      {},
    ];
    const keysOf = async (code: string, keys: object[]) => {
      const signed = { client_id: code, token_endpoint_auth_method: 'private_key_jwt', redirect_uris: oidc.redirect_uris, jwks: { keys } };
      await registerApplication(store.scope, { code, name: code, oidc: signed });
      return (await findApplicationByCode(store.scope, code))!.oidc!.jwks!.keys;
    };
    const known = { ...key, alg: 'ES256', use: 'sig', kid: 'one' };
    expect(await keysOf('known', [...others, known])).to.deep.equal([known]);
    for (const keys of [...others.map((one) => [one]), others, [], [known, { ...key, d: 'x' }], [known, { kty: 'oct', k: 'x' }]])
      expect(Object.keys(await store.refused('invalid_input', () => keysOf('unknown', keys))), JSON.stringify(keys)).to.deep.equal([
        'jwks',
      ]);
  });

  it('one that is there keeps its signature through an edit and a file that do not name it', async () => {
    const input = { code: 'old', name: 'Old', oidc };
    const { application } = await registerApplication(store.scope, { ...input, oidc: { ...oidc, id_token_signed_response_alg: 'ES256' } });
    await editApplication(store.scope, application.applicationId, { ...input, name: 'Older' });
    expect(await algOf('old')).to.equal('ES256');
    const file = parseState({ contexts: [{ code: 'acme', applications: [{ ...input, name: 'Older' }] }] });
    expect((await applyState(store.scope, file)).changes).to.deep.equal([]);
    expect(await algOf('old')).to.equal('ES256');
    await editApplication(store.scope, application.applicationId, { ...input, oidc: { ...oidc, id_token_signed_response_alg: 'RS256' } });
    expect(await algOf('old')).to.equal('RS256');
  });
});
