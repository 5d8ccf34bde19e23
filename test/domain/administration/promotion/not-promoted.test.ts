import { expect } from 'chai';
import { stringify } from 'yaml';
import { describeConfiguration, fileOf } from '../../../../src/domain/administration/configuration/index.ts';
import { applyState, parseState, type StateError } from '../../../../src/domain/administration/desired-state/index.ts';
import { approvalColor, createWithApproval } from '../../../../src/domain/administration/environments/index.ts';
import { compareWithApproval } from '../../../../src/domain/administration/promotion/index.ts';
import { deleteCustomField } from '../../../../src/domain/applications/custom-field-uses/index.ts';
import { listCustomFields } from '../../../../src/domain/company/custom-fields/index.ts';
import { applyApproval, promoted } from '../../../support/promotion.ts';
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
});
