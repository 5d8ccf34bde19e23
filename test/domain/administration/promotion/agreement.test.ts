import { expect } from 'chai';
import { describeConfiguration } from '../../../../src/domain/administration/configuration/index.ts';
import {
  agreeToPromotion,
  compareWithApproval,
  declinePromotion,
  findProposal,
  getPromotion,
  judgeProposal,
  listPromotedObjects,
  listPromotions,
  type Promoted,
  type PromotedObject,
  planUndo,
  promote,
  promotionRules,
  undoPromotion,
} from '../../../../src/domain/administration/promotion/index.ts';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { changeSettings, loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import type { User } from '../../../../src/domain/people/users/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import {
  applyApproval,
  applyProduction,
  around,
  chooseFrom,
  oidcApplication,
  ownApplication,
  ownRedirect,
  promoteAll,
  promoted,
} from '../../../support/promotion.ts';
import { actingFor, unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/administration/promotion: two administrators', () => {
  const store = useStore();
  let [ana, bia]: User[] = [];
  before(async () => {
    ana = await store.person({ role: 'administrator' });
    bia = await store.person({ role: 'administrator' });
  });
  const as = (user: User | undefined): Scope => actingFor(store.scope, user!);
  async function fourEyes(value: boolean): Promise<void> {
    const { version } = await loadSettings(store.scope, promotionRules);
    await changeSettings(store.scope, promotionRules, { fourEyes: value }, version);
  }
  async function propose(code: string): Promise<Extract<Promoted, { outcome: 'proposed' }>> {
    await applyApproval(store.scope, { applications: [oidcApplication(code)] });
    const done = await promoteAll(as(ana), { picked: [`application ${code}`], values: ownRedirect(code) });
    if (done.outcome !== 'proposed') throw new Error(done.outcome);
    return done;
  }

  it('what one proposes another one agrees to, and only then it is done', async () => {
    await fourEyes(true);
    const { promotionId } = await propose('hr');
    expect(await findApplicationByCode(store.scope, 'hr')).to.equal(undefined);
    expect((await findProposal(store.scope))!.promotionId).to.equal(promotionId);
    await store.refused('promotion_own', () => agreeToPromotion(as(ana), promotionId, around));
    await store.refused('not_found', () => agreeToPromotion(as(bia), unknownId, around));
    const comparison = await compareWithApproval(store.scope);
    const again = {
      fingerprint: comparison.fingerprint,
      choice: chooseFrom(comparison, { picked: ['application hr'], values: ownRedirect('hr') }),
    };
    await store.refused('promotion_waits', () => promote(as(bia), again, around));
    const events = await store.eventsOf(() => agreeToPromotion(as(bia), promotionId, around));
    expect(events).to.deep.equal(['application.created', 'promotion.applied']);
    expect((await findApplicationByCode(store.scope, 'hr'))!.oidc!.redirect_uris).to.deep.equal(['https://hr.acme.example/cb']);
    const kept = await getPromotion(store.scope, promotionId);
    expect([kept.state, kept.askedBy, kept.decidedBy]).to.deep.equal([
      'applied',
      { kind: 'person', id: ana!.userId },
      { kind: 'person', id: bia!.userId },
    ]);
    await store.refused('promotion_decided', () => agreeToPromotion(as(bia), promotionId, around));
    await store.refused('promotion_decided', () => declinePromotion(as(bia), promotionId));
  });

  it('a proposal is declined by one, or withdrawn by who made it', async () => {
    await fourEyes(true);
    for (const who of [ana, bia]) {
      const { promotionId } = await propose('legal');
      const events = await store.eventsOf(() => declinePromotion(as(who), promotionId));
      expect(events).to.deep.equal(['promotion.declined']);
      expect(await findApplicationByCode(store.scope, 'legal')).to.equal(undefined);
      await store.refused('promotion_not_undoable', () => planUndo(store.scope, promotionId));
    }
    const { promotionId } = await propose('legal');
    await store.inOneTransaction((inside) => declinePromotion(inside, promotionId));
    await declinePromotion(as(ana), promotionId);
  });

  it('what was proposed is what is done: where a side is another since, it has to be proposed again', async () => {
    await fourEyes(true);
    for (const [side, change] of [
      ['approval', () => applyApproval(store.scope, { applications: [oidcApplication('law', { description: 'other' })] })],
      ['production', () => applyProduction(store.scope, { applications: [ownApplication('elsewhere')] })],
    ] as const) {
      const { promotionId } = await propose('law');
      await change();
      await store.refused('promotion_changed', () => agreeToPromotion(as(bia), promotionId, around));
      expect(await findApplicationByCode(store.scope, 'law'), side).to.equal(undefined);
      const events = await store.eventsOf(() => promoteAll(as(bia), { picked: ['application law'], values: ownRedirect('law') }));
      expect(events, side).to.deep.equal(['promotion.declined', 'promotion.proposed']);
      const replaced = await getPromotion(store.scope, promotionId);
      expect([replaced.state, replaced.decidedBy?.id]).to.deep.equal(['declined', bia!.userId]);
      await declinePromotion(as(ana), (await findProposal(store.scope))!.promotionId);
    }
    await fourEyes(false);
  });

  it('of a proposal is another what is told otherwise, and nothing else', async () => {
    await fourEyes(true);
    const { promotionId } = await propose('quiet');
    const promotion = await getPromotion(store.scope, promotionId);
    const [object] = await listPromotedObjects(store.scope, promotion.promotionId);
    const comparison = await compareWithApproval(store.scope);
    const judged = (field: PromotedObject['fields'][number]) => {
      const fields = [...object!.fields.filter(({ path }) => path !== field.path), field];
      return judgeProposal(promotion, [{ ...object!, fields }], comparison)[0]!.now === 'same';
    };
    for (const after of ['', null, false, []]) expect(judged({ path: 'elsewhere', after }), JSON.stringify(after)).to.equal(true);
    for (const after of ['words', 1, true, ['words']]) expect(judged({ path: 'elsewhere', after }), JSON.stringify(after)).to.equal(false);
    await declinePromotion(as(ana), promotionId);
    await fourEyes(false);
  });

  it('what was shown is what is done: where a side is another since, nothing is', async () => {
    await fourEyes(false);
    await applyApproval(store.scope, { applications: [oidcApplication('shown')] });
    const comparison = await compareWithApproval(store.scope);
    const wish = {
      fingerprint: comparison.fingerprint,
      choice: chooseFrom(comparison, { picked: ['application shown'], values: ownRedirect('shown') }),
    };
    await applyApproval(store.scope, { applications: [oidcApplication('shown', { description: 'other' })] });
    await store.refused('promotion_changed', () => promote(store.scope, wish, around));
    await applyApproval(store.scope, { applications: [oidcApplication('shown')] });
    await applyProduction(store.scope, { applications: [ownApplication('meanwhile')] });
    await store.refused('promotion_changed', () => promote(store.scope, wish, around));
  });

  it('of two at once one wins, and the other is told', async () => {
    await applyApproval(store.scope, { applications: [oidcApplication('left'), oidcApplication('right')] });
    for (let round = 0; round < 3; round++) {
      const comparison = await compareWithApproval(store.scope);
      const wish = (code: string) => ({
        fingerprint: comparison.fingerprint,
        choice: chooseFrom(comparison, { picked: [`application ${code}`], values: ownRedirect(code) }),
      });
      const done = await Promise.allSettled([promote(as(ana), wish('left'), around), promote(as(bia), wish('right'), around)]);
      const won = done.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      const told = done.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
      expect(won.map(({ outcome }) => outcome)).to.deep.equal(['applied']);
      expect(told).to.deep.equal(['promotion_changed']);
      const both = await Promise.all(['left', 'right'].map((code) => findApplicationByCode(store.scope, code)));
      expect(both.filter(Boolean)).to.have.length(1);
      await undoPromotion(store.scope, (won[0] as { promotionId: string }).promotionId, false);
    }
  });

  it('a change in the console at the same time is before or after it, and nothing of either is lost', async () => {
    await applyProduction(store.scope, { applications: [ownApplication('race', { description: 'old' })] });
    for (let round = 0; round < 5; round++) {
      await applyApproval(store.scope, { applications: [oidcApplication('race', { description: `round ${round}` })] });
      const [done, edited] = await Promise.allSettled([
        promoted(store.scope, { picked: ['application race'] }),
        applyProduction(store.scope, { applications: [ownApplication('race', { description: `mine ${round}` })] }),
      ]);
      const { description } = (await findApplicationByCode(store.scope, 'race'))!;
      // told when the edit was first; else the edit came after
      expect(edited.status).to.equal('fulfilled');
      expect(description).to.equal(done.status === 'fulfilled' && description.startsWith('round') ? `round ${round}` : `mine ${round}`);
    }
    expect(JSON.stringify(await describeConfiguration(store.scope))).to.contain('race');
  });

  it('the list is by company, the newest first', async () => {
    const { items } = await listPromotions(store.scope);
    expect(items.length).to.be.greaterThan(3);
    expect(items.map(({ promotionId }) => promotionId)).to.deep.equal(
      items
        .map(({ promotionId }) => promotionId)
        .toSorted()
        .toReversed(),
    );
    expect((await listPromotions(store.other)).items).to.deep.equal([]);
  });
});
