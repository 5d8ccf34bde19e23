import { expect } from 'chai';
import { describeConfiguration, listObjects } from '../../../../src/domain/administration/configuration/index.ts';
import { compareWithApproval, listPromotions, promote, withNeeds } from '../../../../src/domain/administration/promotion/index.ts';
import { findApplicationByCode, matchesClientSecret } from '../../../../src/domain/applications/applications/index.ts';
import { listAssignees } from '../../../../src/domain/applications/assignments/index.ts';
import { findUserByLogin } from '../../../../src/domain/people/users/index.ts';
import { loadPolicy } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import {
  answerAll,
  applyApproval,
  applyEverything,
  applyProduction,
  around,
  chooseFrom,
  oidcApplication,
  ownApplication,
  ownRedirect,
  promoted,
} from '../../../support/promotion.ts';
import { actingFor, useStore } from '../../../support/use-cases.ts';

describe('domain/administration/promotion: from approval to production', () => {
  const store = useStore();
  const find = async (id: string) => (await compareWithApproval(store.scope)).differences.find((one) => one.id === id);

  it('there is nothing to compare without an approval environment, and an approval environment has none', async () => {
    await store.refused('not_found', () => compareWithApproval(store.other));
    await applyApproval(store.scope, {});
    const { rows } = await store.scope.db.raw("SELECT context_id FROM contexts WHERE code = 'acme-approval'");
    await store.refused('not_found', () => compareWithApproval({ ...store.scope, contextId: rows[0].context_id }));
  });

  it('a new application is asked for its own values once, and an existing one keeps them', async () => {
    const { scope } = store;
    await applyApproval(scope, { applications: [oidcApplication('crm')] });
    const crm = (await find('application crm'))!;
    expect(crm.questions).to.deep.equal([
      { path: 'oidc.redirect_uris', look: 'lines', shown: 'https://crm.try.example/cb', value: '', isRequired: true, isRemembered: false },
    ]);
    await promoted(scope, { picked: ['application crm'], values: ownRedirect('crm') });
    expect((await findApplicationByCode(scope, 'crm'))!.oidc!.redirect_uris).to.deep.equal(['https://crm.acme.example/cb']);
    // another address in approval is approval's own matter
    await applyApproval(scope, { applications: [oidcApplication('crm', {}, { redirect_uris: ['https://crm2.try.example/cb'] })] });
    expect(await find('application crm')).to.equal(undefined);
    await applyApproval(scope, { applications: [oidcApplication('crm', { description: 'Customers' }, { access_token_seconds: 300 })] });
    const changed = (await find('application crm'))!;
    expect(changed.fields).to.deep.equal([
      { path: 'description', before: '', after: 'Customers' },
      { path: 'oidc.access_token_seconds', after: 300 },
    ]);
    expect(changed.questions).to.deep.equal([]);
    await promoted(scope, { picked: ['application crm'] });
    const after = (await findApplicationByCode(scope, 'crm'))!;
    expect(after).to.include({ description: 'Customers' });
    expect(after.oidc)
      .to.include({ access_token_seconds: 300 })
      .and.to.deep.include({ redirect_uris: ['https://crm.acme.example/cb'] });
  });

  it('what was said of an object is remembered when it comes again, after a removal as well', async () => {
    const { scope } = store;
    await applyApproval(scope, { applications: [oidcApplication('crm')] });
    const { rows } = await scope.db.raw("SELECT context_id FROM contexts WHERE code = 'acme-approval'");
    const approval = { ...scope, contextId: rows[0].context_id };
    await applyProduction(scope, { applications: [ownApplication('crm', {}, { redirect_uris: ['https://newer.acme.example/cb'] })] });
    await scope.db('applications').where({ context_id: approval.contextId, code: 'crm' }).delete();
    await promoted(scope, { picked: ['application crm'] });
    expect(await findApplicationByCode(scope, 'crm')).to.equal(undefined);
    await applyApproval(scope, { applications: [oidcApplication('crm')] });
    expect((await find('application crm'))!.questions[0]).to.include({ value: 'https://newer.acme.example/cb', isRemembered: true });
    await promoted(scope, { picked: ['application crm'] });
    expect((await findApplicationByCode(scope, 'crm'))!.oidc!.redirect_uris).to.deep.equal(['https://newer.acme.example/cb']);
  });

  it('a confidential client gets a secret of its own, which is told once; one that has a secret keeps it', async () => {
    const { scope } = store;
    const secret = 'only-approval-knows-this-secret';
    const confidential = { token_endpoint_auth_method: 'client_secret_basic', client_secret: secret };
    await applyApproval(scope, { applications: [oidcApplication('erp', {}, confidential)] });
    const { secrets } = await promoted(scope, { picked: ['application erp'], values: ownRedirect('erp') });
    expect(secrets.map(({ code }) => code)).to.deep.equal(['erp']);
    const kept = (await findApplicationByCode(scope, 'erp'))!.oidc!.secret_fingerprint!;
    expect(matchesClientSecret(kept, secrets[0]!.secret, scope.keyRing)).to.equal(true);
    expect(matchesClientSecret(kept, secret, scope.keyRing)).to.equal(false);
    await applyApproval(scope, { applications: [oidcApplication('erp', { description: 'again' }, confidential)] });
    expect((await promoted(scope, { picked: ['application erp'] })).secrets).to.deep.equal([]);
    expect((await findApplicationByCode(scope, 'erp'))!.oidc!.secret_fingerprint).to.equal(kept);
    const { rows } = await scope.db.raw('SELECT p.*, o.* FROM promotions p JOIN promotion_objects o USING (context_id, promotion_id)');
    expect(JSON.stringify(rows), 'no secret is kept').not.to.contain(secrets[0]!.secret).and.not.to.contain(secret);
  });

  it('rules that may keep people out stand on trial where a person promotes, and at once where an operator does', async () => {
    const { scope } = store;
    const ana = await store.person({ role: 'administrator' });
    await store.session(ana.userId);
    for (const [who, isOnTrial] of [
      [actingFor(scope, ana), true],
      [scope, false],
    ] as const) {
      await applyApproval(scope, { policy: { networks: ['127.0.0.0/8'] } });
      await promoted(who, { picked: ['policy '] });
      const { rules, trial } = await loadPolicy(scope);
      expect(rules.base.networks).to.deep.equal(['127.0.0.0/8']);
      expect(trial !== undefined).to.equal(isOnTrial);
      await applyApproval(scope, { policy: { networks: [] } });
      await promoted(scope, { picked: ['policy '] });
    }
    await scope.db('sessions').where({ context_id: scope.contextId, user_id: ana.userId }).delete();
  });

  it('groups come without people, and people of production stay where they are', async () => {
    const { scope } = store;
    const person = await store.person();
    await applyProduction(scope, {
      groups: [{ name: 'Sales' }],
      applications: [{ ...ownApplication('shop'), assignedTo: { groups: [], users: [person.email!] } }],
    });
    await applyApproval(scope, {
      users: [{ email: 'only@approval.example', firstName: 'Only', lastName: 'There' }],
      groups: [{ name: 'Sales', description: 'Who sells', members: ['only@approval.example'] }, { name: 'Idle' }],
      applications: [{ ...oidcApplication('shop'), assignedTo: { groups: ['Sales'], users: ['only@approval.example'] } }],
    });
    const { differences } = await compareWithApproval(scope);
    expect(differences.map(({ id }) => id))
      .to.include('group sales')
      .and.not.to.include('group idle');
    await promoted(scope, { picked: ['application shop', 'group sales'] });
    const shop = (await findApplicationByCode(scope, 'shop'))!;
    const { users, groups } = await listAssignees(scope, shop.applicationId);
    expect(users.map(({ userId }) => userId)).to.deep.equal([person.userId]);
    expect(groups.map(({ name }) => name)).to.deep.equal(['Sales']);
    expect(await findUserByLogin(scope, 'only@approval.example')).to.equal(undefined);
  });

  it('takes what is needed along, and says what is missing', async () => {
    const { scope } = store;
    await applyApproval(scope, {
      customFields: [{ code: 'plant', label: 'Plant', type: 'text' }],
      groups: [{ name: 'Plants' }],
      applications: [
        { ...oidcApplication('mes', {}, { claims: [{ name: 'plant', from: 'custom.plant' }] }), assignedTo: { groups: ['Plants'] } },
      ],
      policy: { overrides: [{ for: { application: 'mes' }, session: { idleMinutes: 10 } }] },
    });
    const comparison = await compareWithApproval(scope);
    const override = 'override application:mes';
    expect(withNeeds(comparison, [override])).to.have.members([override, 'application mes', 'customField plant', 'group plants']);
    const choice = chooseFrom(comparison, { picked: [override], values: ownRedirect('mes') });
    const refused = await store.unchanged(() => promote(scope, { fingerprint: comparison.fingerprint, choice }, around));
    expect(refused).to.have.property('outcome', 'refused');
    expect(refused.outcome === 'refused' && refused.findings.map(({ code, other }) => [code, other?.key])).to.deep.equal([
      ['missing', 'mes'],
    ]);
    await promoted(scope, { picked: withNeeds(comparison, [override]), values: ownRedirect('mes') });
    expect(await find(override)).to.equal(undefined);
  });

  it('every kind of object comes over, and then nothing differs any more', async () => {
    const { scope } = store;
    await applyEverything(scope);
    const before = await compareWithApproval(scope);
    const kinds = new Set(before.differences.filter(({ action }) => action !== 'remove').map(({ kind }) => kind));
    const all = new Set(listObjects(before.sides.approval).map(({ kind }) => kind));
    // an order of its own is ended-parts.test.ts's
    const others = ['company', 'customFieldOrder'];
    expect([...all].filter((kind) => !others.includes(kind) && !kinds.has(kind))).to.deep.equal([]);
    const values = answerAll(before, (shown) =>
      shown.replaceAll('everything.example', 'acme.example').replace('https://*.preview', 'https://preview'),
    );
    const done = await promoted(scope, { picked: before.differences.map(({ id }) => id), values });
    const after = await compareWithApproval(scope);
    expect(after.differences).to.deep.equal([]);
    const text = JSON.stringify(await describeConfiguration(scope));
    expect(text).to.contain('https://wiki.acme.example/acs').and.not.to.contain('https://wiki.everything.example/acs');
    const { items } = await listPromotions(scope);
    expect(items[0]).to.include({ state: 'applied', objects: done.changes.length });
  });

  it('records an event for each object and one for the whole, in one transaction', async () => {
    const { scope } = store;
    await applyApproval(scope, {
      groups: [{ name: 'Audit' }],
      applications: [{ ...oidcApplication('one'), assignedTo: { groups: ['Audit'] } }, oidcApplication('two')],
    });
    const picked = ['group audit', 'application one', 'application two'];
    const events = await store.eventsOf(() => promoted(scope, { picked, values: ownRedirect('one', 'two') }));
    expect(events).to.deep.equal([
      'group.created',
      'application.created',
      'application.assigned',
      'application.created',
      'promotion.applied',
    ]);
    await applyApproval(scope, {
      applications: [oidcApplication('one', { description: 'x' }), oidcApplication('two', { description: 'y' })],
    });
    await store.inOneTransaction((inside) => promoted(inside, { picked: ['application one', 'application two'] }));
  });
});
