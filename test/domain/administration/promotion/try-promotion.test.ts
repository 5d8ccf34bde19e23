import { expect } from 'chai';
import {
  compareWithApproval,
  findTriedChoice,
  previewPromotion,
  startPromotionSimulation,
} from '../../../../src/domain/administration/promotion/index.ts';
import { findNumbers, getSimulation, listFindings, simulation } from '../../../../src/domain/administration/simulations/index.ts';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { addMembers, findGroupByName } from '../../../../src/domain/people/groups/index.ts';
import type { User } from '../../../../src/domain/people/users/index.ts';
import { runOperation } from '../../../../src/domain/records/operations/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { newId } from '../../../../src/platform/crypto/index.ts';
import { applyApproval, applyProduction, around, chooseFrom, ownApplication, ownRedirect, promoted } from '../../../support/promotion.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';
import { createFinder, kinds, recordSignIn, signInForReal, type Visitor } from '../simulations/company.ts';

/** A company in which several people have just signed in. */
function useCompany() {
  const store = useStore();
  let own: Scope;
  let visitors: Visitor[];

  /** Somebody of production who has just signed in. */
  async function visit(lastName: string, groups: string[], factors: string[], to?: string): Promise<Visitor> {
    const { scope } = store;
    const user: User = await store.person({ lastName });
    const now = scope.clock.now();
    const ids = { context_id: scope.contextId, user_id: user.userId };
    await scope.db('passwords').insert({ ...ids, hash: 'none', must_change: false, changed_at: now });
    for (const kind of factors)
      await scope.db('second_factors').insert({ ...ids, factor_id: newId(), kind, name: kind, created_at: now } as never);
    for (const name of groups) await addMembers(scope, (await findGroupByName(scope, name))!.groupId, [user.userId]);
    const applicationId = to === undefined ? undefined : (await findApplicationByCode(scope, to))!.applicationId;
    const visitor = { user, applicationId, ip: '10.1.2.3', userAgent: 'Browser/1', browser: lastName };
    await recordSignIn(scope, visitor);
    return visitor;
  }

  const company = (more: Record<string, unknown>, applications: Record<string, Record<string, unknown>> = {}) => ({
    groups: [{ name: 'Finance' }, { name: 'Sales' }],
    applications: [
      ownApplication('payroll', { navigable: false, assignedTo: { groups: ['Finance', 'Sales'] }, ...applications.payroll }),
      ownApplication('wiki', { ...applications.wiki }),
      ownApplication('crm', { navigable: false, assignedTo: { groups: ['Sales'] }, ...applications.crm }),
    ],
    ...more,
  });

  before(async () => {
    own = actingFor(store.scope, await store.person({ role: 'administrator', lastName: 'Ada' }));
    await applyProduction(store.scope, company({}));
    visitors = [
      await visit('None', [], []),
      await visit('Bare', ['Finance'], [], 'payroll'),
      await visit('Safe', ['Finance'], ['totp'], 'payroll'),
      await visit('Seller', ['Sales'], [], 'payroll'),
      await visit('Reader', [], ['totp'], 'wiki'),
      await visit('Client', ['Sales'], [], 'crm'),
    ];
  });

  const nameOf = (userId: string) => visitors.find(({ user }) => user.userId === userId)?.user.lastName ?? userId;

  async function tryAll(picked?: string[], values = {}): Promise<string[]> {
    const comparison = await compareWithApproval(own);
    const choice = chooseFrom(comparison, { picked, values });
    const found = await previewPromotion(own, comparison, choice, around);
    expect(found.filter(({ severity }) => severity === 'error')).to.deep.equal([]);
    const operationId = await startPromotionSimulation(own, comparison, choice, [...kinds]);
    await runOperation(
      store.scope,
      operationId,
      async () => true,
      (scope, operation) => simulation.run(scope, operation, {}),
    );
    const done = await getSimulation(own, operationId);
    expect(done).to.include({ state: 'done' });
    expect((await findNumbers(own, done))!.people).to.equal(visitors.length);
    expect(await findTriedChoice(own, operationId), 'what was ticked and typed is kept').to.deep.equal(choice);
    const { items } = await listFindings(own, done, {}, 1000);
    return items.map((one) => `${nameOf(one.userId)}: ${one.effect} ${one.reasons.map(({ code }) => code).join()}`).sort();
  }

  const reality = async () => {
    const findAccess = createFinder(store);
    return Promise.all(visitors.map((one) => signInForReal(store, one, findAccess)));
  };

  /** Tries it, then does it, and compares with what really happens. */
  async function triedAndDone(picked?: string[], values = {}): Promise<string[]> {
    const before = await reality();
    const said = await tryAll(picked, values);
    expect(await reality(), 'nothing was changed by trying').to.deep.equal(before);
    await promoted(store.scope, { picked, values });
    const after = await reality();
    const really = visitors.flatMap(({ user }, i) => {
      const more = after[i]!.asks.filter((step) => !before[i]!.asks.includes(step));
      if (before[i]!.refusal || (!after[i]!.refusal && more.length === 0)) return [];
      return [`${user.lastName}: ${after[i]!.refusal ? `refused ${after[i]!.refusal}` : `asked ${more.join()}`}`];
    });
    expect(said).to.deep.equal(really.sort());
    return said;
  }

  return { store, scope: () => own, company, triedAndDone };
}

describe('domain/administration/promotion: tried on the last 30 days', () => {
  describe('a required factor', () => {
    const { store, company, triedAndDone } = useCompany();
    it('names who has no second factor where one becomes required, for a group by production’s own id', async () => {
      await applyApproval(
        store.scope,
        company({ policy: { overrides: [{ for: { group: 'Finance' }, secondFactor: { demand: 'required', factors: ['totp'] } }] } }),
      );
      expect(await triedAndDone()).to.deep.equal(['Bare: asked enrol']);
    });
  });

  describe('new terms', () => {
    const { store, scope, company, triedAndDone } = useCompany();
    it('asks everybody for them, and nobody where they end', async () => {
      await applyApproval(store.scope, { ...company({}), terms: { en: { title: 'Terms', body: 'Be kind.' } } });
      expect(await triedAndDone()).to.deep.equal(
        ['Bare', 'Client', 'None', 'Reader', 'Safe', 'Seller'].map((name) => `${name}: asked terms`),
      );
      await applyApproval(store.scope, { ...company({}), terms: null });
      const ids = (await compareWithApproval(scope())).differences.map(({ id }) => id);
      expect(await triedAndDone(ids)).to.deep.equal([]);
    });
  });

  describe('what goes', () => {
    const { store, scope, company, triedAndDone } = useCompany();
    it('refuses the people of a group that an application loses, of an application that is disabled, and of one that goes with its group', async () => {
      const approval = company({}, { payroll: { assignedTo: { groups: ['Finance'] } }, wiki: { enabled: false } });
      approval.applications.pop();
      approval.groups.pop();
      await applyApproval(store.scope, approval);
      const differences = (await compareWithApproval(scope())).differences.map(({ id }) => id);
      expect(differences).to.include('group sales');
      expect(await triedAndDone(differences.filter((id) => /^(application|group) /.test(id)))).to.deep.equal([
        'Client: refused application-unknown',
        'Reader: refused application-disabled',
        'Seller: refused not-assigned',
      ]);
    });
  });

  describe('what is new', () => {
    const { store, scope, company, triedAndDone } = useCompany();
    it('leaves out what is not picked, and what is new in production', async () => {
      const { groups, applications } = company({});
      await applyApproval(store.scope, {
        groups: [...groups, { name: 'Board' }],
        applications: [...applications, ownApplication('plan', { navigable: false, assignedTo: { groups: ['Board'] } })],
        policy: {
          secondFactor: { demand: 'required' },
          overrides: [
            { for: { group: 'Board' }, networks: ['192.0.2.0/24'] },
            { for: { application: 'plan' }, networks: ['192.0.2.0/24'] },
          ],
        },
      });
      const all = (await compareWithApproval(scope())).differences.map(({ id }) => id);
      const withoutBase = all.filter((id) => !id.startsWith('policy'));
      expect(withoutBase).to.have.length(all.length - 1);
      expect(await triedAndDone(withoutBase, ownRedirect('plan'))).to.deep.equal([]);
      // the others have a factor, and are asked for it today
      expect(await triedAndDone()).to.deep.equal(['Bare', 'Client', 'None', 'Seller'].map((name) => `${name}: asked enrol`));
    });
  });

  describe('what is left of it', () => {
    const { store, scope, company } = useCompany();
    it('writes nothing but its own event, and is its administrator’s own', async () => {
      await applyApproval(store.scope, company({ policy: { secondFactor: { demand: 'required' } } }));
      const comparison = await compareWithApproval(scope());
      let operationId = '';
      const events = await store.eventsOf(async () => {
        operationId = await startPromotionSimulation(scope(), comparison, chooseFrom(comparison), [...kinds]);
      });
      expect(events).to.deep.equal(['simulation.started']);
      expect((await compareWithApproval(scope())).fingerprint).to.equal(comparison.fingerprint);
      const colleague = actingFor(store.scope, await store.person({ role: 'administrator' }));
      await store.refused('not_found', () => findTriedChoice(colleague, operationId));
      await store.refused('not_found', () => findTriedChoice(scope(), unknownId));
      await store.refused('not_found', () => findTriedChoice({ ...scope(), contextId: store.other.contextId }, operationId));
    });
  });
});
