import { expect } from 'chai';
import { compareConfigurations, describeConfiguration, tellFields } from '../../../../src/domain/administration/configuration/index.ts';
import { applyState, parseState } from '../../../../src/domain/administration/desired-state/index.ts';
import { compareWithApproval, planUndo, undoPromotion } from '../../../../src/domain/administration/promotion/index.ts';
import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { listCustomFields } from '../../../../src/domain/company/custom-fields/index.ts';
import { createI18n } from '../../../../src/platform/i18n/index.ts';
import { applyApproval, applyProduction, oidcApplication, ownApplication, promoted } from '../../../support/promotion.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/administration/promotion: what is left out in approval', () => {
  const store = useStore();
  const english = createI18n(new URL('../../../../views/', import.meta.url)).for('en');
  const differencesOf = async (id: string) => (await compareWithApproval(store.scope)).differences.filter((one) => one.id === id);

  describe('a protocol of an application', () => {
    const saml = (host: string) => ({ entityId: `https://${host}/saml`, assertionConsumerServices: [{ url: `https://${host}/acs` }] });
    const id = 'application both';

    for (const [ended, kept] of [
      ['oidc', 'saml'],
      ['saml', 'oidc'],
    ] as const)
      it(`${ended}: it ends in production, is told, leaves no difference, and comes back when that is undone`, async () => {
        const { scope } = store;
        const secret = { token_endpoint_auth_method: 'client_secret_basic', client_secret: 'a-secret-of-production-and-nobody-else' };
        await applyApproval(scope, { applications: [{ ...oidcApplication('both', {}, secret), saml: saml('both.preview.example') }] });
        await applyProduction(scope, { applications: [{ ...ownApplication('both', {}, secret), saml: saml('both.acme.example') }] });
        expect(await differencesOf(id)).to.deep.equal([]);
        const before = await describeConfiguration(scope);
        await applyApproval(scope, { applications: [{ code: 'both', name: 'BOTH', navigable: true, [ended]: null }] });

        const [difference] = await differencesOf(id);
        const told = tellFields(english, difference!);
        expect(told).to.not.be.empty;
        expect(told.every(({ before: was, after }) => was !== '' && after === '') || ended === 'oidc', JSON.stringify(told)).to.equal(true);
        expect(difference!.fields.every(({ path }) => path.startsWith(`${ended}.`))).to.equal(true);

        const { promotionId, secrets } = await promoted(scope, { picked: [id] });
        expect(secrets).to.deep.equal([]);
        const after = (await findApplicationByCode(scope, 'both'))!;
        expect([after[ended], after[kept] !== undefined]).to.deep.equal([undefined, true]);
        expect(await differencesOf(id)).to.deep.equal([]);

        expect((await planUndo(scope, promotionId)).objects.map(({ state }) => state)).to.deep.equal(['undoable']);
        const undone = await undoPromotion(scope, promotionId, false);
        expect(undone.outcome === 'undone' && undone.secrets.map(({ code }) => code)).to.deep.equal(ended === 'oidc' ? ['both'] : []);
        expect(compareConfigurations(before, await describeConfiguration(scope))).to.deep.equal([]);

        // should approval have it again, production's own addresses are known
        await promoted(scope, { picked: [id] });
        await applyApproval(scope, {
          applications: [{ ...oidcApplication('both', {}, secret), ...(ended === 'saml' ? { saml: saml('both.preview.example') } : {}) }],
        });
        const [again] = await differencesOf(id);
        expect(again!.questions.filter(({ isRequired }) => isRequired).every(({ isRemembered }) => isRemembered)).to.equal(true);
        await applyProduction(scope, { applications: [{ code: 'both', name: 'BOTH', oidc: null, saml: null }] });
      });
  });

  describe('the order of custom fields', () => {
    const id = 'customFieldOrder ';
    const fields = (...codes: string[]) => ({ customFields: codes.map((code) => ({ code, label: code.toUpperCase(), type: 'text' })) });
    const orderOf = async () => (await listCustomFields(store.scope)).map(({ code }) => code);

    it('a file sets it for those that it names, and the others stay where they are', async () => {
      const { scope } = store;
      await applyProduction(scope, fields('one', 'two', 'three', 'four'));
      const apply = (...codes: string[]) => applyState(scope, parseState({ contexts: [{ code: 'acme', ...fields(...codes) }] }));
      const { changes } = await apply('three', 'one');
      expect(changes.map(({ what }) => what)).to.deep.equal(['order of custom fields']);
      expect(await orderOf()).to.deep.equal(['three', 'two', 'one', 'four']);
      expect((await store.unchanged(() => apply('three', 'one'))).changes).to.deep.equal([]);
      await store.unchanged(() => apply('two', 'four'));
      expect(await store.eventsOf(() => apply('one', 'two', 'three', 'four'))).to.deep.equal(['custom-field.edited']);
    });

    it('is a difference of its own, is promoted, and undone; a new field that comes last is none', async () => {
      const { scope } = store;
      await applyApproval(scope, fields('one', 'two', 'three', 'four', 'five'));
      expect(await differencesOf(id)).to.deep.equal([]);
      await applyApproval(scope, fields('five', 'four', 'three', 'two', 'one'));
      const [difference] = await differencesOf(id);
      expect(difference!.needs).to.deep.equal([{ kind: 'customField', key: 'five' }]);
      expect(difference!.fields).to.deep.equal([
        { path: 'codes', before: ['one', 'two', 'three', 'four'], after: ['five', 'four', 'three', 'two', 'one'] },
      ]);
      const { promotionId } = await promoted(scope, { picked: ['customField five', id] });
      expect(await orderOf()).to.deep.equal(['five', 'four', 'three', 'two', 'one']);
      expect(await differencesOf(id)).to.deep.equal([]);
      expect(await undoPromotion(scope, promotionId, false)).to.have.property('outcome', 'undone');
      expect(await orderOf()).to.deep.equal(['one', 'two', 'three', 'four']);
    });

    it('leaves a field that only production has where it is among the others', async () => {
      const { scope } = store;
      await applyProduction(scope, fields('own'));
      await promoted(scope, { picked: ['customField five', id] });
      expect(await orderOf()).to.deep.equal(['five', 'four', 'three', 'two', 'own', 'one']);
      expect(await differencesOf(id)).to.deep.equal([]);
    });
  });
});
