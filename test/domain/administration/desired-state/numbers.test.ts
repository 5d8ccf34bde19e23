import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { findFaults, parseState, StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { faultsOf as schemaFaults } from '../../../support/json-schema.ts';
import { useStore } from '../../../support/use-cases.ts';

/** What is no number, though JavaScript makes one of some of it. Null is the default. */
const none = ['', ' ', [], ['5'], [16], '0x10', '1e1', '1.5', 'five', true, {}, 1.5];

describe('domain/administration/desired-state: numbers of a file', () => {
  const store = useStore();
  const faultsOf = async (said: unknown) => {
    try {
      return { faults: await findFaults(store.scope, parseState(said)) };
    } catch (error) {
      if (error instanceof StateError) return error;
      throw error;
    }
  };

  it('are told at their place, with their limits; none weakens what it stands for', async () => {
    const places: [path: string, file: (value: unknown) => object][] = [
      ['policy.password.history', (history) => ({ policy: { password: { history } } })],
      ['policy.password.minLength', (minLength) => ({ policy: { password: { minLength } } })],
      ['policy.secondFactor.rememberDays', (rememberDays) => ({ policy: { secondFactor: { rememberDays } } })],
      ['policy.lockout.limit', (limit) => ({ policy: { lockout: { limit } } })],
      ['newAccounts.invitationDays', (invitationDays) => ({ newAccounts: { invitationDays } })],
      ['apis[0].accessTokenSeconds', (accessTokenSeconds) => ({ apis: [{ identifier: 'urn:a', name: 'A', accessTokenSeconds }] })],
    ];
    for (const [path, file] of places)
      for (const value of none) {
        const { faults } = await faultsOf({ contexts: [{ code: 'acme', ...file(value) }] });
        expect(
          faults.map((one) => [one.path, one.message]),
          `${path} ${JSON.stringify(value)}`,
        ).to.deep.equal([[`contexts[0].${path}`, 'fields.number_between']]);
      }
  });

  it('are taken in quotes as well, and so by a reference, wherever a number stands: by apply and by the schema', async () => {
    const hours = { days: ['1', '2'], from: '08:00', to: '12:00', timeZone: 'UTC' };
    const saml = {
      entityId: 'https://q.example',
      assertionConsumerServices: [{ url: 'https://q.example/acs', index: '3' }],
      assertionMinutes: '6',
    };
    const oidc = {
      client_id: 'quoted',
      redirect_uris: ['https://q.example/cb'],
      access_token_seconds: '900',
      client_secret_expires_at: '0',
    };
    const contexts = [
      {
        code: 'acme',
        auditRetentionDays: '30',
        newAccounts: { invitationDays: '5' },
        policy: { lockout: { limit: '7' }, overrides: [{ for: { role: 'regular' }, hours, session: { idleMinutes: '9' } }] },
        applications: [
          { code: 'quoted-saml', name: 'Q', saml },
          { code: 'quoted-oidc', name: 'Q', oidc: { ...oidc, client_secret: 'a-secret-that-is-long-enough' } },
        ],
        apis: [{ identifier: 'urn:quoted', name: 'Q', accessTokenSeconds: '600' }],
      },
    ];
    expect((await faultsOf({ contexts })).faults).to.deep.equal([]);
    const schema = JSON.parse(readFileSync(new URL('../../../../docs/apply.schema.json', import.meta.url), 'utf8'));
    expect(schemaFaults(schema, { contexts })).to.deep.equal([]);
    expect(schemaFaults(schema, { contexts: [{ code: 'acme', policy: { lockout: { limit: 'five' } } }] })).to.have.length.greaterThan(0);
  });
});
