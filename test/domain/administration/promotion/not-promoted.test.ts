import { expect } from 'chai';
import { stringify } from 'yaml';
import { describeConfiguration, fileOf } from '../../../../src/domain/administration/configuration/index.ts';
import { applyState, parseState, type StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { approvalColor, createWithApproval } from '../../../../src/domain/administration/environments/index.ts';
import { compareWithApproval, previewPromotion } from '../../../../src/domain/administration/promotion/index.ts';
import { deleteCustomField } from '../../../../src/domain/applications/custom-field-uses/index.ts';
import { listCustomFields } from '../../../../src/domain/company/custom-fields/index.ts';
import type { Scope } from '../../../../src/domain/scope.ts';
import { applyApproval, applyProduction, around, chooseFrom, promoted } from '../../../support/promotion.ts';
import { useStore } from '../../../support/use-cases.ts';

describe('domain/administration/promotion: what is nobody’s choice', () => {
  const store = useStore();

  it('the colour that marks a new approval environment stays there; one that somebody chose is promoted', async () => {
    const { production, approval } = await createWithApproval(store.scope, { code: 'paired', name: 'Paired Ltd' });
    const [ours, theirs] = [production, approval].map(({ contextId }) => ({ ...store.scope, contextId })) as [
      typeof store.scope,
      typeof store.scope,
    ];
    expect((await describeConfiguration(theirs)).branding.color).to.equal(approvalColor);
    expect((await compareWithApproval(ours)).differences).to.deep.equal([]);
    await applyApproval(ours, { branding: { texts: { en: { signIn: 'Hello' } } } }, 'paired');
    const [branding, ...others] = (await compareWithApproval(ours)).differences;
    expect(others).to.deep.equal([]);
    expect(branding!.fields.map(({ path }) => path)).not.to.include('color');
    await promoted(ours);
    expect((await describeConfiguration(ours)).branding.color).not.to.equal(approvalColor);
    await applyApproval(ours, { branding: { color: '#1f3a5f' } }, 'paired');
    await promoted(ours);
    expect((await describeConfiguration(ours)).branding.color).to.equal('#1f3a5f');
  });

  it('a mapping whose custom field is gone is not promoted, comes back from its own export, and is taken by no other company', async () => {
    const { scope } = store;
    const directories = [{ name: 'Branch', settings: { mapping: { customFields: { plant: 'physicalDeliveryOfficeName' } } } }];
    await applyApproval(scope, { customFields: [{ code: 'plant', label: 'Plant', type: 'text' }], directories });
    const { approval } = await compareWithApproval(scope);
    const there = { ...scope, contextId: approval.contextId };
    const [plant] = await listCustomFields(there);
    await deleteCustomField(there, plant!.fieldId);
    const file = fileOf(await describeConfiguration(there));
    expect(stringify(file)).to.contain('plant: physicalDeliveryOfficeName');
    const again = await store.unchanged(() => applyState(scope, parseState(file)));
    expect(again.changes).to.deep.equal([]);
    const { differences } = await compareWithApproval(scope);
    expect(differences.find(({ kind }) => kind === 'directory')!.fields.filter(({ path }) => path.includes('plant'))).to.deep.equal([]);
    await promoted(scope);
    expect(JSON.stringify(await describeConfiguration(scope))).not.to.contain('physicalDeliveryOfficeName');
    expect((await compareWithApproval(scope)).differences.filter(({ action }) => action !== 'remove')).to.deep.equal([]);
    const error = await store.unchanged(() =>
      applyState(store.other, parseState({ contexts: [{ code: 'other', directories }] })).then(
        () => expect.fail('it went through'),
        (reason: StateError) => reason,
      ),
    );
    expect(error.faults.map(({ path, message }) => `${path} ${message}`)).to.deep.equal([
      'contexts[0].directories[0].settings.mapping.customFields.plant fields.custom_field_unknown',
    ]);
  });

  const fieldOf = (code: string) => ({ customFields: [{ code, label: code, type: 'text' }] });
  const mapping = (name: string, code: string, more: Record<string, unknown> = {}) => ({
    directories: [{ name, settings: { ...more, mapping: { customFields: { [code]: 'title' } } } }],
  });
  const dropField = async (scope: Scope, code: string) =>
    deleteCustomField(scope, (await listCustomFields(scope)).find((one) => one.code === code)!.fieldId);
  const mapped = async (scope: Scope, name: string) =>
    (await describeConfiguration(scope)).directories.find((one) => one.name === name)!.settings.mapping;
  /** What a promotion of these finds, and what it does. */
  const tryAndPromote = async (scope: Scope, ...picked: string[]) => {
    const comparison = await compareWithApproval(scope);
    const found = await store.unchanged(() => previewPromotion(scope, comparison, chooseFrom(comparison, { picked }), around));
    const errors = found.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    if (errors.length === 0) await promoted(scope, { picked });
    return errors;
  };

  for (const [gone, sides] of Object.entries({ 'on both sides': 2, 'in production alone': 1 }))
    it(`a mapping that production has stands in no one's way when its field has gone ${gone}`, async () => {
      const { scope } = store;
      const [name, code] = [`Stale ${sides}`, `stale_${sides}`];
      await applyProduction(scope, { ...fieldOf(code), ...mapping(name, code) });
      await applyApproval(scope, { ...fieldOf(code), ...mapping(name, code, { readEverySeconds: 600 }) });
      const there = { ...scope, contextId: (await compareWithApproval(scope)).approval.contextId };
      await dropField(scope, code);
      if (sides === 2) await dropField(there, code);
      expect(await tryAndPromote(scope, `directory stale ${sides}`)).to.deep.equal([]);
      expect(await mapped(scope, name)).to.deep.equal({ customFields: { [code]: 'title' } });
    });

  it('nor does it keep a field that goes', async () => {
    const { scope } = store;
    await applyProduction(scope, { ...fieldOf('going'), ...mapping('Going', 'going') });
    await applyApproval(scope, {});
    expect(await tryAndPromote(scope, 'customField going')).to.deep.equal([]);
    expect(await mapped(scope, 'Going')).to.deep.equal({ customFields: { going: 'title' } });
  });

  it('one that approval left behind is not promoted to a field that production still has; a new one needs its field', async () => {
    const { scope } = store;
    await applyProduction(scope, { ...fieldOf('late'), directories: [{ name: 'Late' }] });
    await applyApproval(scope, { ...fieldOf('late'), ...mapping('Late', 'late', { readEverySeconds: 600 }) });
    const there = { ...scope, contextId: (await compareWithApproval(scope)).approval.contextId };
    await dropField(there, 'late');
    expect(await tryAndPromote(scope, 'directory late', 'customField late')).to.deep.equal([]);
    expect(await mapped(scope, 'Late')).to.equal(undefined);
    await applyApproval(scope, { ...fieldOf('fresh'), ...mapping('Fresh', 'fresh') });
    expect(await tryAndPromote(scope, 'directory fresh')).to.deep.equal(['missing']);
    expect(await tryAndPromote(scope, 'directory fresh', 'customField fresh')).to.deep.equal([]);
  });
});
