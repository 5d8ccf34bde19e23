import { expect } from 'chai';
import { type ApplyOptions, applyState, parseState, type StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { findGroupByName } from '../../../../src/domain/people/groups/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { loadPolicy } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { useStore } from '../../../support/use-cases.ts';

type Part = Record<string, unknown>;

describe('domain/administration/desired-state: prune', () => {
  const store = useStore();
  const apply = (more: Part, options: ApplyOptions = {}, scope: Scope = store.scope) =>
    applyState(scope, parseState({ contexts: [{ code: 'acme', ...more }] }), options);
  const words = { subject: 'Hello', body: 'Hello', action: 'Go' };
  /** One of every kind of which there may be many, each named by another. */
  const many = (): Part => ({
    customFields: [{ code: 'cost', label: 'Cost', type: 'text' }],
    groups: [{ name: 'Stock', members: ['jsilva'] }],
    directories: [{ name: 'Branch' }],
    applications: [
      {
        code: 'stock',
        name: 'Stock',
        assignedTo: { groups: ['Stock'] },
        saml: {
          entityId: 'urn:stock',
          assertionConsumerServices: [{ url: 'https://stock.example/acs' }],
          attributes: [{ name: 'c', from: 'custom.cost' }],
        },
      },
    ],
    apis: [
      {
        identifier: 'urn:stock:api',
        name: 'Stock',
        scopes: [{ name: 'read', texts: { en: 'Read' }, grantedTo: { groups: ['Stock'] } }],
      },
    ],
    policy: {
      overrides: [
        { for: { group: 'Stock' }, networks: ['10.0.0.0/8'] },
        { for: { application: 'stock' }, session: { idleMinutes: 5 } },
      ],
    },
    mails: { invitation: { en: words, es: words } },
  });
  const nothing = { customFields: [], groups: [], directories: [], applications: [], apis: [], policy: { overrides: [] }, mails: {} };

  it('removes of every list what it no longer has, whatever names what, and never people or Everyone', async () => {
    await apply(many());
    const people = await store.scope.db('users').where('context_id', store.scope.contextId);
    const seen = await store.unchanged(() => apply(nothing, { prune: true, dryRun: true }));
    const removed = seen.changes.filter(({ action }) => action === 'removed').map(({ what }) => what);
    expect(removed).to.have.members([
      'API urn:stock:api',
      'application stock',
      'application payroll',
      'application mobile',
      'group Stock',
      'group Finance',
      'custom field cost',
      'directory Branch',
      'policy for group:stock',
      'policy for application:stock',
      'words of the mail invitation.en',
      'words of the mail invitation.es',
    ]);
    const { changes } = await apply(nothing, { prune: seen.pruned });
    expect(changes).to.deep.equal(seen.changes);
    expect(await store.scope.db('users').where('context_id', store.scope.contextId)).to.deep.equal(people);
    expect(await findGroupByName(store.scope, 'Everyone')).to.include({ isEveryone: true });
    expect((await loadPolicy(store.scope)).rules.overrides).to.deep.equal([]);
    expect((await store.unchanged(() => apply(nothing, { prune: true }))).changes).to.deep.equal([]);
  });

  it('leaves lists that the file does not give, and without it nothing is removed', async () => {
    await apply(many());
    await store.unchanged(() => apply({ ...nothing, policy: undefined }));
    await apply({ groups: [{ name: 'Finance' }] });
    const { changes } = await apply({ groups: [{ name: 'Stock' }], mails: { invitation: { en: words } } }, { prune: true });
    expect(changes).to.deep.equal([
      { action: 'removed', what: 'words of the mail invitation.es', context: 'acme' },
      { action: 'removed', what: 'group Finance', context: 'acme' },
    ]);
    expect(await findApplicationByCode(store.scope, 'stock')).to.include({ code: 'stock' });
    expect(await findUserByLogin(store.scope, 'jsilva')).to.not.equal(undefined);
  });

  it('is refused for what was added after somebody looked, and names it', async () => {
    const { pruned } = await store.unchanged(() => apply({ groups: [] }, { prune: true, dryRun: true }));
    await apply({ groups: [{ name: 'Meanwhile' }] });
    const error = await store.unchanged(() =>
      apply({ groups: [] }, { prune: pruned }).then(
        () => expect.fail('it went through'),
        (reason: StateError) => reason,
      ),
    );
    expect(error.faults).to.deep.equal([{ path: 'acme', message: 'fields.prune_unseen', params: { what: 'group Meanwhile' } }]);
  });

  it('leaves a field that an application is still told, and says who', async () => {
    const error = await store.unchanged(() =>
      apply({ customFields: [] }, { prune: true }).then(
        () => expect.fail('it went through'),
        (reason: StateError) => reason,
      ),
    );
    expect(error.faults.map(({ path, message }) => `${path} ${message}`)).to.deep.equal([
      'contexts[0].customFields.cost errors.custom_field_in_use',
    ]);
  });

  it('is refused at once for what the file still names, by each place that does', async () => {
    const everything = many();
    const [application] = everything.applications as Part[];
    const [api] = everything.apis as Part[];
    const naming: Part = {
      ...everything,
      users: [{ username: 'jsilva', customFields: { cost: '7' } }],
      directories: [{ name: 'Branch', settings: { mapping: { customFields: { cost: 'title' } } } }],
      applications: [
        {
          ...application,
          oidc: {
            client_id: 'stock',
            token_endpoint_auth_method: 'none',
            redirect_uris: ['https://stock.example/cb'],
            claims: [{ name: 'c', template: 'no {custom.cost}' }],
            groups_claim: { names: [{ group: 'stock', as: 's' }] },
          },
        },
      ],
      apis: [{ ...api, applications: [{ code: 'stock', scopes: ['read'] }] }],
    };
    await apply(naming);
    const oidc = 'applications[0].oidc';
    for (const [list, places] of Object.entries({
      groups: [
        'applications[0].assignedTo.groups[0]',
        `${oidc}.groups_claim.names[0].group`,
        'apis[0].scopes[0].grantedTo.groups[0]',
        'policy.overrides[0].for.group',
      ],
      customFields: [
        'users[0].customFields.cost',
        'directories[0].settings.mapping.customFields.cost',
        `${oidc}.claims[0].template`,
        'applications[0].saml.attributes[0].from',
      ],
      applications: ['apis[0].applications[0].code', 'policy.overrides[1].for.application'],
    })) {
      const error = await store.unchanged(() =>
        apply({ ...naming, [list]: [] }, { prune: true }).then(
          () => expect.fail(`it went through without ${list}`),
          (reason: StateError) => reason,
        ),
      );
      expect(error.faults.map(({ path, message }) => [path, message])).to.have.deep.members(
        places.map((place) => [`contexts[0].${place}`, 'fields.prune_named']),
      );
    }
  });

  it('is one transaction with the rest of the file', () =>
    store.inOneTransaction((scope) => apply({ ...nothing, name: 'Acme renamed' }, { prune: true }, scope)));
});
