import { expect } from 'chai';
import { compareConfigurations, describeConfiguration } from '../../../../src/domain/administration/configuration/index.ts';
import {
  compareWithApproval,
  getPromotion,
  listPromotedObjects,
  planUndo,
  refuseStaying,
  tellHindrance,
  undoPromotion,
} from '../../../../src/domain/administration/promotion/index.ts';
import { deleteApplication, findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { addMembers, findGroupByName } from '../../../../src/domain/people/groups/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { changePolicy, confirmPolicy } from '../../../../src/domain/sign-in/authentication/index.ts';
import { loadPolicy, rulesInForce } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { createI18n } from '../../../../src/platform/i18n/index.ts';
import {
  answerAll,
  applyApproval,
  applyEverything,
  applyProduction,
  oidcApplication,
  ownApplication,
  ownRedirect,
  promoted,
} from '../../../support/promotion.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/administration/promotion: taking it back', () => {
  const store = useStore();

  it('every kind of object goes back, and production is as before', async () => {
    const { scope } = store;
    const before = await describeConfiguration(scope);
    await applyEverything(scope);
    const comparison = await compareWithApproval(scope);
    const values = answerAll(comparison, (shown) =>
      shown.replaceAll('everything.example', 'acme.example').replace('https://*.preview', 'https://preview'),
    );
    const { promotionId } = await promoted(scope, { values });
    const plan = await planUndo(scope, promotionId);
    expect(plan.objects.filter(({ state }) => state !== 'undoable').map(({ key, hindrance }) => [key, hindrance])).to.deep.equal([]);
    const done = await undoPromotion(scope, promotionId, false);
    expect(done).to.have.property('outcome', 'undone');
    expect(compareConfigurations(before, await describeConfiguration(scope))).to.deep.equal([]);
    expect((await getPromotion(scope, promotionId)).state).to.equal('undone');
    expect((await listPromotedObjects(scope, promotionId)).every(({ isUndone }) => isUndone)).to.equal(true);
    await store.refused('promotion_not_undoable', () => undoPromotion(scope, promotionId, true));
    await store.refused('not_found', () => undoPromotion(scope, unknownId, true));
    await store.refused('not_found', () => undoPromotion(store.other, promotionId, true));
    await applyApproval(scope, { policy: { networks: [], hours: null } });
  });

  it('an application that was removed comes back, with a new secret', async () => {
    const { scope } = store;
    await applyApproval(scope, {});
    const before = await describeConfiguration(scope);
    await applyProduction(scope, {
      applications: [
        ownApplication('gone', {}, { token_endpoint_auth_method: 'client_secret_post', client_secret: 'production-has-this-secret' }),
      ],
    });
    const fingerprint = (await findApplicationByCode(scope, 'gone'))!.oidc!.secret_fingerprint;
    const { promotionId } = await promoted(scope, { picked: ['application gone'] });
    expect(compareConfigurations(before, await describeConfiguration(scope))).to.deep.equal([]);
    const done = await undoPromotion(scope, promotionId, false);
    expect(done.outcome === 'undone' && done.secrets.map(({ code }) => code)).to.deep.equal(['gone']);
    const back = (await findApplicationByCode(scope, 'gone'))!;
    expect(back.oidc!.redirect_uris).to.deep.equal(['https://gone.acme.example/cb']);
    expect(back.oidc!.secret_fingerprint).not.to.equal(fingerprint);
  });

  it('what has changed since is named and stays; the rest goes back when that is asked for', async () => {
    const { scope } = store;
    const person = await store.person();
    await applyProduction(scope, {
      applications: [ownApplication('edited', { description: 'old' }), ownApplication('removed', { description: 'old' })],
    });
    await applyApproval(scope, {
      customFields: [{ code: 'badge_no', label: 'Badge', type: 'text' }],
      groups: [{ name: 'Filled' }, { name: 'Needed' }],
      applications: [
        oidcApplication('edited', { description: 'new', category: 'new' }),
        oidcApplication('removed', { description: 'new' }),
        oidcApplication('taken', {}),
        oidcApplication('plain', { assignedTo: { groups: ['Filled', 'Needed'] } }),
        oidcApplication('back', {}),
      ],
    });
    const codes = ['edited', 'removed', 'taken', 'plain', 'back'];
    const picked = [...codes.map((code) => `application ${code}`), 'group filled', 'group needed', 'customField badge_no'];
    const { promotionId } = await promoted(scope, { picked, values: ownRedirect(...codes) });

    await applyProduction(scope, {
      applications: [
        ownApplication('edited', { description: 'mine', category: 'new' }),
        ownApplication('another', { assignedTo: { groups: ['Needed'] } }),
        ownApplication('taken', { assignedTo: { groups: [], users: [person.email] } }),
      ],
    });
    await applyProduction(scope, { users: [{ email: person.email, customFields: { badge_no: '7' } }] });
    await addMembers(scope, (await findGroupByName(scope, 'Filled'))!.groupId, [person.userId]);
    await scope.db('applications').where({ context_id: scope.contextId, code: 'removed' }).delete();
    await scope.db('applications').where({ context_id: scope.contextId, code: 'back' }).delete();

    const { objects } = await planUndo(scope, promotionId);
    const why = Object.fromEntries(objects.map(({ key, state, hindrance }) => [key, hindrance?.why ?? state]));
    expect(why).to.deep.equal({
      edited: 'changed',
      removed: 'gone',
      taken: 'people',
      plain: 'undoable',
      back: 'as-before',
      filled: 'people',
      needed: 'needed',
      badge_no: 'people',
    });
    expect(objects.find(({ key }) => key === 'edited')!.hindrance!.paths).to.deep.equal(['description']);
    const refused = await store.unchanged(() => undoPromotion(scope, promotionId, false));
    const staying = objects.filter(({ state }) => state === 'stays');
    expect(refused).to.deep.equal({ outcome: 'changed-since', staying, objects });
    await undoPromotion(scope, promotionId, true);
    expect(await findApplicationByCode(scope, 'plain')).to.equal(undefined);
    expect(await findApplicationByCode(scope, 'edited')).to.include({ description: 'mine', category: 'new' });
    expect(await findApplicationByCode(scope, 'taken')).to.have.property('code', 'taken');
    expect(await findGroupByName(scope, 'Filled')).to.have.property('name', 'Filled');
  });

  it('what there is one of is named in the audit and to people, though it has no name of its own', async () => {
    const { scope } = store;
    const t = createI18n(new URL('../../../../views/', import.meta.url)).for('en');
    await applyApproval(scope, { branding: { color: '#1f3a5f' }, groups: [{ name: 'Beside' }], applications: [] });
    await applyApproval(scope, { applications: [oidcApplication('beside', { assignedTo: { groups: ['Beside'] } })] });
    const picked = ['branding ', 'group beside', 'application beside'];
    const { promotionId } = await promoted(scope, { picked, values: ownRedirect('beside') });
    await applyProduction(scope, { branding: { color: '#3a1f5f' } });
    const done = await undoPromotion(scope, promotionId, false);
    const staying = done.outcome === 'changed-since' ? done.staying : [];
    expect(t('errors.promotion_changed_since', refuseStaying(t, staying).params)).to.contain(t('promotion.kinds.branding'));
    expect(staying.map(({ kind, hindrance }) => tellHindrance(t, kind, hindrance!))).to.deep.equal(['changed since then: Colour']);
    await undoPromotion(scope, promotionId, true);
    const events = await scope.db('audit_events').where({ context_id: scope.contextId, type: 'promotion.undone' }).orderBy('event_id');
    expect(events.at(-1)!.details).to.have.deep.property('kept', ['branding']);
  });

  it('that takes back nothing is refused, and stays possible', async () => {
    const { scope } = store;
    await applyApproval(scope, { applications: [oidcApplication('kept')] });
    const { promotionId } = await promoted(scope, { picked: ['application kept'], values: ownRedirect('kept') });
    await applyProduction(scope, { applications: [ownApplication('kept', { description: 'mine' })] });
    const done = await store.unchanged(() => undoPromotion(scope, promotionId, true));
    expect(done.outcome === 'changed-since' && done.staying.map(({ key }) => key)).to.deep.equal(['kept']);

    await applyProduction(scope, { applications: [ownApplication('kept', { description: '' })] });
    const application = { context_id: scope.contextId, code: 'kept' };
    const [row] = await scope.db('applications').where(application);
    expect((await planUndo(scope, promotionId)).objects.map(({ state }) => state)).to.deep.equal(['undoable']);
    await deleteApplication(scope, row!.application_id);
    for (const rest of [false, true]) await store.refused('promotion_nothing_to_undo', () => undoPromotion(scope, promotionId, rest));
    expect((await getPromotion(scope, promotionId)).state).to.equal('applied');
  });

  it('the rules that stood before stand at once and for good', async () => {
    const { scope } = store;
    const acting = actingFor(scope, await store.person({ role: 'administrator' }));
    const later = { ...scope, clock: { now: () => new Date(scope.clock.now().getTime() + 6 * 60_000) } };
    const demand = async (at = scope) => rulesInForce(await loadPolicy(at), at.clock.now()).base.secondFactor.demand;
    const requireFactor = async (who: Scope) => {
      await applyApproval(scope, { policy: { secondFactor: { demand: 'required' } } });
      return (await promoted(who, { picked: ['policy '] })).promotionId;
    };
    const before = await demand();
    expect(before).not.to.equal('required');
    for (const who of [acting, scope]) {
      const promotionId = await requireFactor(who);
      if (who === acting) await confirmPolicy(scope, (await loadPolicy(scope)).version);
      expect(await demand(later)).to.equal('required');
      await undoPromotion(who, promotionId, false);
      expect((await loadPolicy(scope)).trial).to.equal(undefined);
      expect([await demand(), await demand(later)]).to.deep.equal([before, before]);
    }

    const promotionId = await requireFactor(scope);
    const { rules, version } = await loadPolicy(scope);
    await changePolicy(scope, { ...rules, base: { ...rules.base, networks: ['127.0.0.0/8'] } }, version);
    await undoPromotion(acting, promotionId, false);
    const tried = await loadPolicy(scope);
    expect(tried.trial, 'what somebody tries out meanwhile is not confirmed on the way').not.to.equal(undefined);
    await confirmPolicy(scope, tried.version);
    await applyProduction(scope, { policy: { networks: [], secondFactor: { demand: before } } });
  });

  it('rules that would keep out every administrator who is signed in do not come back', async () => {
    const { scope } = store;
    await applyProduction(scope, { policy: { networks: ['192.0.2.0/24'] } });
    await applyApproval(scope, { policy: { networks: [] } });
    const { promotionId } = await promoted(scope, { picked: ['policy '] });
    const ana = await store.person({ role: 'administrator' });
    await store.session(ana.userId); // from 127.0.0.1
    const done = await store.unchanged(() => undoPromotion(actingFor(scope, ana), promotionId, false));
    expect(done.outcome === 'refused' && done.findings.map(({ object, params }) => [object?.kind, params.rule])).to.deep.equal([
      ['policy', 'errors.policy_locks_out'],
    ]);
    await scope.db('sessions').where({ context_id: scope.contextId, user_id: ana.userId }).delete();
  });

  it('what a rule refuses stays, with the reason, when the rest is asked for; each object says what became of it', async () => {
    const { scope } = store;
    await applyProduction(scope, {
      applications: [ownApplication('relic', { assignedTo: { groups: [] } })],
      policy: { lockout: { limit: 7 } },
    });
    await applyApproval(scope, {
      groups: [{ name: 'Aside' }],
      applications: [oidcApplication('plain-2', { assignedTo: { groups: ['Aside'] } })],
    });
    const { promotionId } = await promoted(scope, {
      picked: ['application relic', 'application plain-2', 'group aside'],
      values: ownRedirect('plain-2'),
    });
    await applyProduction(scope, { applications: [{ ...ownApplication('heir'), oidc: ownApplication('relic').oidc }] });
    const shown = await store.unchanged(() => planUndo(scope, promotionId));
    for (const rest of [false, [], ['group aside']])
      expect((await store.unchanged(() => undoPromotion(scope, promotionId, rest))).outcome, String(rest)).to.equal('refused');
    const refused = await store.unchanged(() => undoPromotion(scope, promotionId, false));
    expect(shown.objects, 'the preview has tried it').to.deep.equal(refused.objects);
    const states = refused.objects.map(({ key, state, hindrance }) => [key, hindrance?.why ?? state]);
    expect(states).to.have.deep.members([
      ['relic', 'refused'],
      ['plain-2', 'undoable'],
      ['aside', 'undoable'],
    ]);
    expect((await undoPromotion(scope, promotionId, ['application relic'])).outcome).to.equal('undone');
    const after = await listPromotedObjects(scope, (await getPromotion(scope, promotionId)).promotionId);
    expect(after.map(({ key, isUndone, staysBecause }) => [key, isUndone, staysBecause?.finding?.params.rule])).to.have.deep.members([
      ['relic', false, 'errors.client_id_taken'],
      ['plain-2', true, undefined],
      ['aside', true, undefined],
    ]);
  });

  it('it leaves an event for each object and one for the whole, in one transaction', async () => {
    const { scope } = store;
    await applyApproval(scope, { applications: [oidcApplication('brief')] });
    const first = await promoted(scope, { picked: ['application brief'], values: ownRedirect('brief') });
    const events = await store.eventsOf(() => undoPromotion(scope, first.promotionId, false));
    expect(events).to.deep.equal(['application.deleted', 'promotion.undone']);
    const second = await promoted(scope, { picked: ['application brief'], values: ownRedirect('brief') });
    await store.inOneTransaction((inside) => undoPromotion(inside, second.promotionId, false));
  });
});
