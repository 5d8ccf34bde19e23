import { expect } from 'chai';
import {
  type ApplicationInput,
  findApplicationByCode,
  matchesClientSecret,
  registerApplication,
} from '../../../../src/domain/applications/applications/index.ts';
import { eventsOf } from '../../../support/audit.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/applications/applications: registering one', () => {
  const store = useStore();
  const oidc = { client_id: 'crm', redirect_uris: ['https://crm.example/callback'] };
  const crm: ApplicationInput = { code: 'crm', name: 'CRM', oidc };
  const as = (code: string, more: object = {}): ApplicationInput => ({ ...crm, code, oidc: { ...oidc, client_id: code, ...more } });

  const clients: [what: string, more: object, getsSecret: boolean][] = [
    ['a client that authenticates by Basic', {}, true],
    ['a client that posts its secret', { token_endpoint_auth_method: 'client_secret_post' }, true],
    ['a client that brings its secret', { client_secret: 'a secret of 24 characters'.replaceAll(' ', '-') }, false],
    ['a public client', { token_endpoint_auth_method: 'none' }, false],
  ];
  for (const [n, [what, more, getsSecret]] of clients.entries())
    it(`S26: ${what} ${getsSecret ? 'gets a secret, once' : 'gets no secret'}, and none is in the store or the audit`, async () => {
      const code = `crm-${n}`;
      let secret: string | undefined;
      const types = await store.eventsOf(async () => {
        const { application, clientSecret } = await registerApplication(store.scope, as(code, more));
        expect(application).to.include({ code, enabled: true, version: 1 });
        secret = clientSecret;
      });
      expect(types).to.deep.equal(['application.created']);
      expect(secret !== undefined).to.equal(getsSecret);
      const stored = await findApplicationByCode(store.scope, code);
      const known = secret ?? ('client_secret' in more ? String(more.client_secret) : undefined);
      if (!known) return expect(stored!.oidc!.secret_fingerprint).to.equal(undefined);
      expect(matchesClientSecret(stored!.oidc!.secret_fingerprint!, known, store.scope.keyRing)).to.equal(true);
      expect(JSON.stringify([stored, await eventsOf(store.scope)])).not.to.contain(known);
    });

  const refused: [what: string, input: ApplicationInput, field: string][] = [
    ['no name', { ...crm, name: ' ' }, 'name'],
    ['a code with spaces', { ...crm, code: 'c r m' }, 'code'],
    ['a script as its address', { ...crm, launchUrl: 'javascript:alert(1)' }, 'launchUrl'],
    ['a redirect over plain http', as('crm', { redirect_uris: ['http://crm.example/callback'] }), 'redirect_uris'],
    ['no redirect for the code flow', as('crm', { redirect_uris: [] }), 'redirect_uris'],
    ['a short secret', as('crm', { client_secret: 'short' }), 'client_secret'],
    ['a setting that there is not', as('crm', { secret_fingerprint: 'x' }), 'secret_fingerprint'],
    [
      'client credentials of a public client',
      as('crm', { token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] }),
      'grant_types',
    ],
    [
      'questions about tokens by nobody',
      as('crm', { token_endpoint_auth_method: 'none', introspects_all_applications: true }),
      'introspects_all_applications',
    ],
    ['an access token of a second', as('crm', { access_token_seconds: 1 }), 'access_token_seconds'],
    ['a claim from a field that the company does not have', as('crm', { claims: [{ name: 'x', from: 'custom.nothing' }] }), 'claims'],
    ['SAML without anything', { code: 'crm', name: 'CRM', saml: {} }, 'entityId'],
  ];
  for (const [what, input, field] of refused)
    it(`${what} is refused, and the field is named`, async () => {
      expect(await store.refused('invalid_input', () => registerApplication(store.scope, input))).to.have.property(field);
    });

  it('code and client ID are taken once in a company, and free in another', async () => {
    await registerApplication(store.scope, crm);
    await store.refused('application_code_taken', () =>
      registerApplication(store.scope, { ...as('crm'), oidc: { ...oidc, client_id: 'other' } }),
    );
    await store.refused('client_id_taken', () => registerApplication(store.scope, { ...as('other'), oidc }));
    await registerApplication(store.other, crm);
  });

  it('the write and its event stand or fall together', () => store.inOneTransaction((scope) => registerApplication(scope, as('whole'))));
});
