import { expect } from 'chai';
import { compareConfigurations, describeConfiguration, plain } from '../../../../src/domain/administration/configuration/index.ts';
import { applyState, parseState } from '../../../../src/domain/administration/desired-state/index.ts';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { assignApplication } from '../../../../src/domain/applications/assignments/index.ts';
import { startingState } from '../../../support/server.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/administration/configuration', () => {
  const store = useStore();
  const apply = (more: object) => applyState(store.scope, parseState({ contexts: [{ code: 'acme', ...more }] }));

  it('has nothing of people, keys and secrets, and nothing of other companies', async () => {
    const { applicationId } = (await findApplicationByCode(store.scope, 'payroll'))!;
    const { userId } = await store.person();
    await assignApplication(store.scope, applicationId, { kind: 'user', id: userId });
    const text = JSON.stringify(await describeConfiguration(store.scope));
    for (const one of ['fingerprint', 'jsilva', 'ana@', '@acme.example', userId, applicationId, 'Other', 'private'])
      expect(text, one).not.to.contain(one);
    const [acme] = startingState('http://127.0.0.1:9/callback').contexts;
    expect(text).to.contain(acme!.applications[0]!.oidc.client_id);
  });

  it('takes the same few statements for one application as for hundreds', async () => {
    const statementsOf = async () => {
      const seen: string[] = [];
      const listen = ({ sql }: { sql: string }) => seen.push(sql);
      store.database.knex.on('query', listen);
      const { applications } = await describeConfiguration(store.scope);
      store.database.knex.off('query', listen);
      return { count: seen.length, applications: applications.length };
    };
    const few = await statementsOf();
    const oidc = { token_endpoint_auth_method: 'none', redirect_uris: ['https://a.example/cb'] };
    await apply({
      applications: Array.from({ length: 120 }, (_, n) => ({
        code: `many-${n}`,
        name: `Many ${n}`,
        oidc: { ...oidc, client_id: `many-${n}` },
        assignedTo: { groups: ['Finance'] },
      })),
    });
    const many = await statementsOf();
    expect(many.applications - few.applications).to.equal(120);
    expect(many.count).to.equal(few.count).and.to.be.lessThan(25);
  });

  it('says with a difference what it needs, and with a removal what has to go with it', async () => {
    const before = await describeConfiguration(store.scope);
    await apply({
      customFields: [{ code: 'cost', label: 'Cost', type: 'text' }],
      groups: [{ name: 'Stock' }],
      policy: { overrides: [{ for: { group: 'Stock' }, networks: ['10.0.0.0/8'] }] },
      applications: [
        {
          code: 'stock',
          name: 'Stock',
          assignedTo: { groups: ['Stock', 'Everyone', 'Finance'] },
          saml: {
            entityId: 'urn:stock',
            assertionConsumerServices: [{ url: 'https://stock.example/acs' }],
            attributes: [{ name: 'c', template: '{custom.cost}' }],
          },
        },
      ],
    });
    const after = await describeConfiguration(store.scope);
    const needs = (from: typeof before, to: typeof before) =>
      Object.fromEntries(
        compareConfigurations(from, to).map((one) => [
          `${one.action} ${one.kind} ${one.key}`,
          one.needs.map(({ kind, key }) => `${kind} ${key}`),
        ]),
      );
    expect(needs(before, after)).to.deep.equal({
      'add customField cost': [],
      'add group stock': [],
      'add application stock': ['group finance', 'group stock', 'customField cost'],
      'add override group:stock': ['group stock'],
    });
    expect(needs(after, before)).to.deep.equal({
      'remove override group:stock': [],
      'remove application stock': [],
      'remove group stock': ['application stock', 'override group:stock'],
      'remove customField cost': ['application stock'],
    });
  });

  it('is plain data: without what is undefined, and without keys of nothing', () => {
    expect(plain({ a: undefined, b: { c: {}, d: undefined }, e: [{ f: {} }, 1], g: '', h: null, i: [] })).to.deep.equal({
      e: [{}, 1],
      g: '',
      h: null,
      i: [],
    });
  });
});
