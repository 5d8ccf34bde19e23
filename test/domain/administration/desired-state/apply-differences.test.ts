import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Configuration,
  compareConfigurations,
  type Difference,
  describeConfiguration,
  invertDifferences,
} from '../../../../src/domain/administration/configuration/index.ts';
import { applyDifferences, applyState, parseState, StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { loadPolicy } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/administration/desired-state: differences', () => {
  const store = useStore();
  const saml = (code: string) => ({ entityId: `urn:${code}`, assertionConsumerServices: [{ url: `https://${code}.example/acs` }] });
  const apply = (more: object) => applyState(store.scope, parseState({ contexts: [{ code: 'acme', ...more }] }));
  /** What it takes to get there, of a company that is as before afterwards. */
  async function differencesTo(more: object): Promise<{ before: Configuration; after: Configuration; differences: Difference[] }> {
    const before = await describeConfiguration(store.scope);
    await apply(more);
    const after = await describeConfiguration(store.scope);
    await applyDifferences(store.scope, invertDifferences(compareConfigurations(before, after)));
    expect(await describeConfiguration(store.scope)).to.deep.equal(before);
    return { before, after, differences: compareConfigurations(before, after) };
  }
  const everything = () => ({
    timeZone: 'Europe/Madrid',
    newAccounts: { invitationDays: 3 },
    branding: { texts: { en: { signIn: 'Hello' } } },
    terms: { en: { title: 'Terms', body: 'Be kind.' } },
    mails: { blocked: { en: { subject: 'Blocked', body: 'Sorry', action: 'Go' } } },
    customFields: [{ code: 'cost', label: 'Cost', type: 'text', claim: 'nickname' }],
    groups: [{ name: 'Stock' }],
    directories: [{ name: 'Branch', settings: { userFilter: '(cn=*)', mapping: { customFields: { cost: 'ou' } } } }],
    applications: [{ code: 'stock', name: 'Stock', saml: saml('stock'), catalogueEntry: 'grafana', assignedTo: { groups: ['Stock'] } }],
    apis: [{ identifier: 'urn:stock', name: 'Stock', scopes: [{ name: 'read', texts: { en: 'Read' } }] }],
    policy: { password: { minLength: 15 }, overrides: [{ for: { group: 'Stock' }, session: { idleMinutes: 5 } }] },
  });

  it('bring a company there and back, all of it or nothing', async () => {
    const { differences, after } = await differencesTo(everything());
    await store.inOneTransaction((scope) => applyDifferences(scope, differences));
    await applyDifferences(store.scope, differences);
    expect(compareConfigurations(await describeConfiguration(store.scope), after)).to.deep.equal([]);
    await store.unchanged(() => applyDifferences(store.scope, differences));
  });

  it('take from a directory what it is mapped to, one by one, and bring it back', async () => {
    const fields = ['cost', 'room'].map((code) => ({ code: `mapped_${code}`, label: code, type: 'text' }));
    const mapped = (mapping: object) => ({ customFields: fields, directories: [{ name: 'Mapped', settings: { mapping } }] });
    await apply(mapped({ email: 'mail', department: 'ou', customFields: { mapped_cost: 'ou', mapped_room: 'roomNumber' } }));
    for (const mapping of [
      { email: 'mail', customFields: { mapped_cost: 'ou', mapped_room: 'roomNumber' } },
      { email: 'mail', customFields: { mapped_cost: 'ou' } },
      { customFields: {} },
    ]) {
      const { after, differences } = await differencesTo(mapped(mapping));
      await applyDifferences(store.scope, differences);
      expect(await describeConfiguration(store.scope)).to.deep.equal(after);
    }
  });

  it('of which some are chosen leave the rest as it is', async () => {
    await applyDifferences(store.scope, []);
    const { differences } = await differencesTo({ groups: [{ name: 'One' }, { name: 'Two' }], newAccounts: { invitationDays: 9 } });
    await applyDifferences(
      store.scope,
      differences.filter(({ key }) => key === 'two'),
    );
    const now = await describeConfiguration(store.scope);
    expect(now.groups.map(({ name }) => name))
      .to.include('Two')
      .and.not.include('One');
    expect(now.newAccounts.invitationDays).not.to.equal(9);
  });

  it('that a use case refuses name the object as people do, and write nothing', async () => {
    const differences: Difference[] = [
      { kind: 'group', key: 'new', name: 'New', action: 'add', fields: [{ path: 'name', after: 'New' }], needs: [] },
      {
        kind: 'application',
        key: 'payroll',
        name: 'Payroll',
        action: 'change',
        fields: [{ path: 'oidc.redirect_uris', after: ['javascript:alert(1)'] }],
        needs: [],
      },
    ];
    const error = await store.unchanged(() =>
      applyDifferences(store.scope, differences).then(
        () => expect.fail('it went through'),
        (reason: StateError) => reason,
      ),
    );
    expect(error).to.be.instanceOf(StateError);
    expect(error.faults[0]!.path).to.equal('applications.payroll.oidc.redirect_uris[0]');
  });

  it('that no file could say name the object as well', async () => {
    const { differences } = await differencesTo({ applications: [{ code: 'named', name: 'Named', saml: saml('named') }] });
    const wrong = differences.map((one) => ({ ...one, fields: [...one.fields, { path: 'launchUrl', after: 'nonsense' }] }));
    const error = await applyDifferences(store.scope, wrong).catch((thrown) => thrown);
    expect(error).to.be.instanceOf(StateError);
    expect((error as StateError).faults.map(({ path }) => path)).to.deep.equal(['applications.named.launchUrl']);
  });

  it('of which values are of another shape hide nothing of what else is wrong, whatever it is', async () => {
    const change = (kind: Difference['kind'], key: string, path: string, after: unknown): Difference => ({
      kind,
      key,
      name: key,
      action: 'change',
      fields: [{ path, after: after as never }],
      needs: [],
    });
    await apply({
      customFields: [{ code: 'told', label: 'Told', type: 'text' }],
      groups: [{ name: 'told' }],
      directories: [{ name: 'told', settings: {} }],
      applications: [{ code: 'told', name: 'Told', saml: saml('told') }],
      apis: [{ identifier: 'urn:told', name: 'Told', scopes: [{ name: 'read', texts: { en: 'Read' } }] }],
      mails: { blocked: { en: { subject: 'Blocked', body: 'Sorry', action: 'Go' } } },
    });
    const wrong: [Difference, path: string][] = [
      [change('application', 'told', 'launchUrl', 'nonsense'), 'applications.told.launchUrl'],
      [change('application', 'payroll', 'oidc.redirect_uris', ['javascript:alert(1)']), 'applications.payroll.oidc.redirect_uris[0]'],
      [change('group', 'told', 'description', 5), 'groups.told.description'],
      [change('customField', 'told', 'label', ''), 'customFields.told.label'],
      [change('directory', 'told', 'settings.userFilter', 'objectClass='), 'directories.told.settings.userFilter'],
      [change('api', 'urn:told', 'scopes', [{ name: 'a b', texts: { en: 'A' } }]), 'apis.urn:told.scopes[0].name'],
      [change('newAccounts', '', 'invitationDays', 0), 'newAccounts.invitationDays'],
      [change('branding', '', 'color', 'red'), 'branding.color'],
      [change('directoryRules', '', 'signIn', 'yes'), 'directoryRules.signIn'],
      [change('policy', '', 'lockout.limit', 99), 'policy.lockout.limit'],
      [change('mail', 'blocked.en', 'body', ''), 'mails.blocked.en.body'],
      [change('terms', '', 'en', 5), 'terms.en'],
    ];
    await fc.assert(
      fc.asyncProperty(fc.subarray(wrong, { minLength: 2 }), async (some) => {
        const error = await applyDifferences(
          store.scope,
          some.map(([difference]) => difference),
        ).catch((thrown) => thrown);
        expect(error).to.be.instanceOf(StateError);
        const told = (error as StateError).faults.map(({ path }) => path);
        expect(told, told.join()).to.have.members(some.map(([, path]) => path));
      }),
      { numRuns: 15, examples: [[wrong]] },
    );
  });

  it('that somebody else was quicker to write are no fault of what was said', async () => {
    const gone: Difference = { kind: 'group', key: 'gone', name: 'Gone', action: 'remove', fields: [], needs: [] };
    await store.refused('changed_meanwhile', () => applyDifferences(store.scope, [gone]));
  });

  it('of the policy stand at once, or on trial where somebody is there to confirm it', async () => {
    const differences: Difference[] = [
      { kind: 'policy', key: '', name: '', action: 'change', fields: [{ path: 'networks', after: ['10.0.0.0/8'] }], needs: [] },
    ];
    await applyDifferences(store.scope, differences, { mayLockOut: true });
    expect((await loadPolicy(store.scope)).trial).to.equal(undefined);
    await applyDifferences(store.scope, [{ ...differences[0]!, fields: [{ path: 'networks', after: [] }] }], { onTrial: true });
    expect((await loadPolicy(store.scope)).trial!.before.base.networks).to.deep.equal(['10.0.0.0/8']);
  });
});
