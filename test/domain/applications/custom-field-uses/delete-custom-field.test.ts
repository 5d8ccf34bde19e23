import { expect } from 'chai';
import { createApplication, deleteApplication } from '../../../../src/domain/applications/applications/index.ts';
import { deleteCustomField } from '../../../../src/domain/applications/custom-field-uses/index.ts';
import { type CustomFieldInput, createCustomField, listCustomFields } from '../../../../src/domain/company/custom-fields/index.ts';
import { createUser, forgetCustomValuesJob, getUser } from '../../../../src/domain/people/users/index.ts';
import type { AppError } from '../../../../src/platform/errors/index.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { unknownId, useStore } from '../../../support/use-cases.ts';

describe('domain/applications/custom-field-uses', () => {
  const store = useStore();
  const input = (code: string): CustomFieldInput => ({
    code,
    label: code,
    type: 'text',
    options: [],
    isRequired: false,
    isPersonal: false,
  });
  const define = async (code: string, scope = store.scope) => (await createCustomField(scope, input(code))).fieldId;
  const codes = async (scope = store.scope) => (await listCustomFields(scope)).map(({ code }) => code);
  const client = (code: string, claims: { name: string; from: string }[]) => ({
    code,
    name: `Client ${code}`,
    oidc: { client_id: code, redirect_uris: ['https://app.example/callback'], token_endpoint_auth_method: 'none', claims },
  });
  const partner = (code: string, name: string, more: object) => ({
    code,
    name,
    saml: { entityId: `https://${code}.example`, assertionConsumerServices: [{ url: `https://${code}.example/acs` }], ...more },
  });
  /** The applications that the refusal names. */
  const namedIn = (fieldId: string): Promise<unknown> =>
    deleteCustomField(store.scope, fieldId).then(
      () => expect.fail('it went through'),
      ({ params }: AppError) => params.applications,
    );

  it('a field that no application is told goes, with its event, and people lose its values by a job', async () => {
    const [badge, floor] = [await define('badge'), await define('floor')];
    const theirs = await define('badge', store.other);
    const { userId } = await store.person({ customFields: { badge: 'सीता 4711', floor: '3' } });
    const { userId: without } = await store.person({ customFields: { floor: '4' } });
    const person = { firstName: 'Rita', lastName: 'Outra', role: 'regular', status: 'activated', username: 'rita2' } as const;
    const { userId: stranger } = await createUser(store.other, { ...person, customFields: { badge: 'theirs' } });
    expect(await store.eventsOf(() => deleteCustomField(store.scope, badge))).to.deep.equal(['custom-field.deleted']);
    expect([await codes(), await codes(store.other)]).to.deep.equal([['floor'], ['badge']]);
    const [payload, ...more] = await store.queued('forget-custom-values');
    expect(more).to.deep.equal([]);
    expect(payload).to.deep.equal({ contextId: store.scope.contextId, fieldId: badge });
    for (let n = 0; n < 2; n++) await forgetCustomValuesJob.run(() => store.scope, payload, undefined, { isLast: false });
    expect((await getUser(store.scope, userId)).customValues).to.deep.equal({ [floor]: '3' });
    expect((await getUser(store.scope, without)).customValues).to.deep.equal({ [floor]: '4' });
    await forgetCustomValuesJob.run(() => store.scope, { ...payload, fieldId: theirs }, undefined, { isLast: false });
    expect((await getUser(store.other, stranger)).customValues, 'the job of another company').to.deep.equal({ [theirs]: 'theirs' });
  });

  it('a field that applications are told stays, and the refusal names them', async () => {
    const told = await define('told');
    await define('told_too');
    const applications = [
      partner('zed', 'Zed 李', { attributes: [{ name: 'A', from: 'custom.told' }] }),
      partner('erp', 'ERP', { nameIdFormat: 'unspecified', nameIdField: 'custom.told' }),
      client('crm', [{ name: 'told', from: 'custom.told' }]),
    ];
    const ids: string[] = [];
    for (const application of applications) ids.push((await createApplication(store.scope, application)).applicationId);
    await createApplication(store.scope, client('near', [{ name: 'told', from: 'custom.told_too' }]));
    await store.refused('custom_field_in_use', () => deleteCustomField(store.scope, told));
    expect(await namedIn(told)).to.equal('Client crm, ERP, Zed 李');
    for (const [index, id] of ids.entries()) {
      await store.refused('custom_field_in_use', () => deleteCustomField(store.scope, told));
      await deleteApplication(store.scope, id);
      if (index === 0) expect(await namedIn(told)).to.equal('Client crm, ERP');
    }
    await deleteCustomField(store.scope, told);
    expect(await codes())
      .to.include('told_too')
      .and.not.include('told');
  });

  it('what an application of the other company is told keeps nothing here', async () => {
    const here = await define('shared');
    await define('shared', store.other);
    await createApplication(store.other, client('shared', [{ name: 'x', from: 'custom.shared' }]));
    await deleteCustomField(store.scope, here);
    expect(await codes(store.other)).to.include('shared');
  });

  it('no application begins to be told of a field that goes, nor goes one that it begins to be told of', async () => {
    const [gone, kept] = [await define('gone'), await define('kept')];
    const telling = (code: string) => client(`tells-${code}`, [{ name: 'x', from: `custom.${code}` }]);
    const late = await meanwhile(
      store,
      (inside) => deleteCustomField(inside, gone),
      () => createApplication(store.scope, telling('gone')),
    );
    expect(late).to.equal('invalid_input');
    const inUse = await meanwhile(
      store,
      (inside) => createApplication(inside, telling('kept')),
      () => deleteCustomField(store.scope, kept),
    );
    expect(inUse).to.equal('custom_field_in_use');
  });

  it('a field goes once, and what is not here is not found', async () => {
    const twice = await define('twice');
    const second = await meanwhile(
      store,
      (inside) => deleteCustomField(inside, twice),
      () => deleteCustomField(store.scope, twice),
    );
    expect(second).to.equal('not_found');
    const foreign = await define('foreign', store.other);
    for (const id of [twice, foreign, unknownId, 'no-id', '']) await store.refused('not_found', () => deleteCustomField(store.scope, id));
  });

  it('the deletion, its event and its job stand or fall together', async () => {
    const whole = await define('whole');
    await store.inOneTransaction((scope) => deleteCustomField(scope, whole));
  });
});
