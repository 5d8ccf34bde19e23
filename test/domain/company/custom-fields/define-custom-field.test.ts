import { expect } from 'chai';
import {
  arrangeCustomFields,
  type CustomFieldInput,
  createCustomField,
  editCustomField,
  getCustomField,
  listCustomFields,
  moveCustomField,
  removeCustomField,
} from '../../../../src/domain/company/custom-fields/index.ts';
import { inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import { eventsOf } from '../../../support/audit.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { type Refusals, unknownId, useStore } from '../../../support/use-cases.ts';

const input = (code: string, more: Partial<CustomFieldInput> = {}): CustomFieldInput => ({
  code,
  label: `Field ${code}`,
  type: 'text',
  options: [],
  isRequired: false,
  isPersonal: false,
  ...more,
});
const choice = (code: string, options: string[]) => input(code, { type: 'choice', options });
const remove = (scope: Scope, fieldId: string) => inTransaction(scope, (inside) => removeCustomField(inside, fieldId));
const outcomes = async (works: Promise<unknown>[]) =>
  (await Promise.allSettled(works)).map((one) => (one.status === 'fulfilled' ? 'done' : one.reason.code)).toSorted();

describe('domain/company/custom-fields', () => {
  const store = useStore();
  const codes = async (scope = store.scope) => (await listCustomFields(scope)).map(({ code }) => code);
  const lastEvent = async (subjectId: string) => (await eventsOf(store.scope, { subjectId })).at(-1)!;
  /** Each test begins without fields. */
  beforeEach(async () => {
    for (const scope of [store.scope, store.other]) for (const { fieldId } of await listCustomFields(scope)) await remove(scope, fieldId);
  });

  it('S34: fields stand in the order in which they were defined, each company’s by themselves', async () => {
    expect(await codes()).to.deep.equal([]);
    await createCustomField(store.other, input('badge', { label: 'Other' }));
    const sizes = input('size', { label: 'आकार', type: 'choices', options: ['小', 'Größe L'], isRequired: true, isPersonal: true });
    const types = await store.eventsOf(async () => {
      const made = await createCustomField(store.scope, sizes);
      expect(made).to.deep.include({ ...sizes, version: 1 });
      expect(await getCustomField(store.scope, made.fieldId)).to.deep.equal(made);
      const event = await lastEvent(made.fieldId);
      expect(event).to.deep.include({ subjectKind: 'custom-field', subjectName: 'आकार', details: sizes });
      await createCustomField(store.scope, input('badge'));
      await createCustomField(store.scope, input('another'));
    });
    expect(types).to.deep.equal(['custom-field.created', 'custom-field.created', 'custom-field.created']);
    expect(await codes()).to.deep.equal(['size', 'badge', 'another']);
    expect((await listCustomFields(store.other)).map(({ label }) => label)).to.deep.equal(['Other']);
  });

  it('codes, names and options up to the longest are taken', async () => {
    const long = Array.from({ length: 200 }, (_, n) => `${n}`.padEnd(100, '李'));
    for (const field of [
      input('a'),
      input('z'.repeat(63)),
      input('with_9'),
      input('long', { label: '李'.repeat(100) }),
      choice('one', ['only']),
      choice('most', long),
    ])
      expect(await createCustomField(store.scope, field)).to.deep.include(field);
  });

  it('a field fills a standard claim that no other fills, of a type that can; the claim can be given up and taken by another', async () => {
    const phone = await createCustomField(store.scope, input('phone', { claim: 'phone_number' }));
    expect(await getCustomField(store.scope, phone.fieldId)).to.deep.include({ claim: 'phone_number' });
    await createCustomField(store.other, input('phone', { claim: 'phone_number' }));
    const second = await createCustomField(store.scope, input('mobile'));
    expect(
      await store.refused('custom_field_claim_taken', () => createCustomField(store.scope, input('x', { claim: 'phone_number' }))),
    ).to.deep.equal({
      claim: 'fields.taken',
    });
    await store.refused('custom_field_claim_taken', () =>
      editCustomField(store.scope, second.fieldId, { ...second, claim: 'phone_number' }),
    );
    for (const wrong of [
      input('x', { type: 'number', claim: 'zoneinfo' }),
      input('x', { type: 'boolean', claim: 'nickname' }),
      input('x', { type: 'choices', options: ['A'], claim: 'gender' }),
      input('x', { claim: 'email' as 'gender' }),
      input('x', { claim: 'toString' as 'gender' }),
    ])
      expect(await store.refused('invalid_input', () => createCustomField(store.scope, wrong))).to.deep.equal({
        claim: 'fields.custom_field_claim',
      });
    const without = { ...phone, claim: undefined };
    expect(await store.eventsOf(() => editCustomField(store.scope, phone.fieldId, without))).to.deep.equal(['custom-field.edited']);
    expect(await getCustomField(store.scope, phone.fieldId)).to.not.have.property('claim');
    expect((await editCustomField(store.scope, second.fieldId, { ...second, claim: 'phone_number' })).claim).to.equal('phone_number');
    const both = ['a', 'b'].map((code) => createCustomField(store.scope, input(code, { type: 'date', claim: 'birthdate' })));
    expect(await outcomes(both), 'of two at once one').to.deep.equal(['custom_field_claim_taken', 'done']);
  });

  it('a definition that does not fit is refused, and the fault named', async () => {
    const { fieldId } = await createCustomField(store.scope, choice('shift', ['Day', 'Night']));
    const bad = { fields: 'fields.custom_field_options', code: 'fields.custom_field_code', label: 'fields.name' };
    const cases: [CustomFieldInput, Record<string, string>][] = [
      ...['', 'Cost', 'cost centre', 'cost-centre', 'größe', 'a\n'].map(
        (code) => [input(code, { label: 'X' }), { code: bad.code }] as [CustomFieldInput, Record<string, string>],
      ),
      [input('9a'), { code: 'fields.custom_field_code_start' }],
      [input('_a'), { code: 'fields.custom_field_code_start' }],
      [input('z'.repeat(64)), { code: 'fields.code_long' }],
      [input('constructor'), { code: 'fields.custom_field_code_taken_by_us' }],
      [input('x', { type: 'money' as 'text' }), { type: 'fields.invalid' }],
      [input('x', { options: ['A'] }), { options: 'fields.custom_field_no_options' }],
      [input('X', { label: '' }), { code: bad.code, label: bad.label }],
    ];
    for (const [field, faults] of cases)
      expect(await store.refused('invalid_input', () => createCustomField(store.scope, field)), field.code).to.deep.equal(faults);
    for (const label of ['', ' ', ' x', 'x ', 'x'.repeat(101), 'a\nb', '\u200b', 'a\u202eb', '\ud800']) {
      expect(await store.refused('invalid_input', () => createCustomField(store.scope, input('x', { label })))).to.have.keys('label');
      const edited = editCustomField(store.scope, fieldId, { label, options: ['Day'], isRequired: true, isPersonal: true });
      expect(await edited.catch(({ fields }) => fields)).to.deep.equal({ label: bad.label });
    }
    const many = Array.from({ length: 201 }, (_, n) => `${n}`);
    for (const options of [[], ['A', 'A'], ['A', ''], [' A'], ['x'.repeat(101)], ['a\nb'], many])
      for (const work of [
        () => createCustomField(store.scope, choice('x', options)),
        () => createCustomField(store.scope, { ...choice('x', options), type: 'choices' }),
        () => editCustomField(store.scope, fieldId, { ...choice('shift', options) }),
      ])
        expect(await store.refused('invalid_input', work)).to.deep.equal({ options: bad.fields });
  });

  it('a code is given once, of two at once to one', async () => {
    await createCustomField(store.scope, input('badge'));
    const twice = () => createCustomField(store.scope, input('badge', { label: 'Again', type: 'number' }));
    expect(await store.refused('custom_field_taken', twice)).to.deep.equal({ code: 'fields.taken' });
    const twins = [1, 2].map((n) => createCustomField(store.scope, input('twin', { label: `Twin ${n}` })));
    expect(await outcomes(twins)).to.deep.equal(['custom_field_taken', 'done']);
    expect(await codes()).to.deep.equal(['badge', 'twin']);
  });

  it('a company has at most fifty, of those who come last at once too', async () => {
    for (let n = 1; n < 50; n++) await createCustomField(store.scope, input(`field_${n}`));
    const last = ['x', 'y'].map((code) => createCustomField(store.scope, input(code)));
    expect(await outcomes(last)).to.deep.equal(['custom_fields_full', 'done']);
    await store.refused('custom_fields_full', () => createCustomField(store.scope, input('more')));
    await createCustomField(store.other, input('more'));
    await remove(store.scope, (await listCustomFields(store.scope))[0]!.fieldId);
    await createCustomField(store.scope, input('more'));
    expect((await codes()).at(-1)).to.equal('more');
  });

  it('an edit changes what it says, records that alone, and leaves others and other companies as they are', async () => {
    const made = await createCustomField(store.scope, choice('shift', ['Day', 'Night']));
    const untouched = [await createCustomField(store.scope, input('badge')), await createCustomField(store.other, choice('shift', ['A']))];
    const { label, isPersonal } = made;
    const changes = { label, isPersonal, options: ['Night', 'Day'], isRequired: true };
    const types = await store.eventsOf(async () => {
      expect(await editCustomField(store.scope, made.fieldId, changes, 1)).to.deep.equal({ ...made, ...changes, version: 2 });
    });
    expect(types).to.deep.equal(['custom-field.edited']);
    expect((await lastEvent(made.fieldId)).details).to.deep.equal({
      before: { options: ['Day', 'Night'], isRequired: false },
      after: { options: ['Night', 'Day'], isRequired: true },
    });
    expect(await getCustomField(store.scope, made.fieldId)).to.deep.equal({ ...made, ...changes, version: 2 });
    expect([...(await listCustomFields(store.scope)).slice(1), ...(await listCustomFields(store.other))]).to.deep.equal(untouched);
    for (const version of [2, undefined]) await store.unchanged(() => editCustomField(store.scope, made.fieldId, changes, version));
  });

  it('what somebody else changed meanwhile is not overwritten', async () => {
    const { fieldId } = await createCustomField(store.scope, input('badge'));
    const changed = (label: string) => ({ ...input('badge', { label }) });
    await editCustomField(store.scope, fieldId, changed('First'), 1);
    for (const version of [0, 1, 3])
      for (const label of ['First', 'Second'])
        await store.refused('changed_meanwhile', () => editCustomField(store.scope, fieldId, changed(label), version));
    expect((await editCustomField(store.scope, fieldId, changed('Second'))).version, 'a file overwrites').to.equal(3);
    const second = await meanwhile(
      store,
      (inside) => editCustomField(inside, fieldId, changed('Third'), 3),
      () => editCustomField(store.scope, fieldId, changed('Fourth'), 3),
    );
    expect(second).to.equal('changed_meanwhile');
    expect(await getCustomField(store.scope, fieldId)).to.include({ label: 'Third', version: 4 });
  });

  it('those that are named stand in that order, in the places that they have, and others where they were', async () => {
    for (const code of ['a', 'b', 'c', 'd']) await createCustomField(store.scope, input(code));
    await createCustomField(store.other, input('a'));
    const arrange = (codes: string[], scope = store.scope) => arrangeCustomFields(scope, codes);
    expect(await store.eventsOf(async () => expect(await arrange(['d', 'nobody’s', 'b', 'a'])).to.equal(true))).to.deep.equal([
      'custom-field.edited',
    ]);
    expect(await codes()).to.deep.equal(['d', 'b', 'c', 'a']);
    for (const same of [['d', 'b', 'a'], ['c'], ['nobody’s'], []])
      await store.unchanged(async () => expect(await arrange(same)).to.equal(false));
    expect(await codes(store.other)).to.deep.equal(['a']);
    await store.inOneTransaction((scope) => arrange(['a', 'b'], scope));
  });

  it('an edit and a move at once both count', async () => {
    for (const code of ['a', 'b']) await createCustomField(store.scope, input(code));
    const { fieldId } = (await listCustomFields(store.scope))[1]!;
    await meanwhile(
      store,
      (inside) => moveCustomField(inside, fieldId, -1),
      () => editCustomField(store.scope, fieldId, input('b', { label: 'New' }), 1),
    );
    expect((await listCustomFields(store.scope)).map(({ label }) => label)).to.deep.equal(['New', 'Field a']);
  });

  it('those that are named stand in the order given, in the places that they have; nothing changes where they do already', async () => {
    for (const code of ['a', 'b', 'c', 'd']) await createCustomField(store.scope, input(code));
    await createCustomField(store.other, input('d'));
    const arrange = (...named: string[]) => arrangeCustomFields(store.scope, named);
    expect(await store.eventsOf(() => arrange('d', 'gone', 'a'))).to.deep.equal(['custom-field.edited']);
    const { details } = (await eventsOf(store.scope)).at(-1)!;
    expect(details).to.deep.equal({
      before: { order: 'Field a, Field b, Field c, Field d' },
      after: { order: 'Field d, Field b, Field c, Field a' },
    });
    expect(await codes()).to.deep.equal(['d', 'b', 'c', 'a']);
    for (const named of [[], ['b', 'c'], ['d', 'b', 'c', 'a']]) expect(await store.unchanged(() => arrange(...named))).to.equal(false);
    await store.inOneTransaction((scope) => arrangeCustomFields(scope, ['a', 'b', 'c', 'd']));
  });

  it('a field moves one place at a time, at the ends not at all, and takes no edit away', async () => {
    for (const code of ['a', 'b', 'gone', 'c']) await createCustomField(store.scope, input(code));
    const [a, b, gone, c] = await listCustomFields(store.scope);
    await remove(store.scope, gone!.fieldId);
    await createCustomField(store.other, input('other'));
    expect(await store.eventsOf(() => moveCustomField(store.scope, c!.fieldId, -1))).to.deep.equal(['custom-field.edited']);
    expect((await lastEvent(c!.fieldId)).details).to.deep.equal({ moved: 'up' });
    expect(await codes()).to.deep.equal(['a', 'c', 'b']);
    await moveCustomField(store.scope, a!.fieldId, 1);
    expect((await lastEvent(a!.fieldId)).details).to.deep.equal({ moved: 'down' });
    expect(await codes()).to.deep.equal(['c', 'a', 'b']);
    await store.unchanged(() => moveCustomField(store.scope, c!.fieldId, -1));
    await store.unchanged(() => moveCustomField(store.scope, b!.fieldId, 1));
    expect((await listCustomFields(store.scope)).map(({ version }) => version)).to.deep.equal([1, 1, 1]);
    const [x] = await listCustomFields(store.other);
    for (const by of [-1, 1] as const) await store.unchanged(() => moveCustomField(store.other, x!.fieldId, by));
    await Promise.all([moveCustomField(store.scope, b!.fieldId, -1), moveCustomField(store.scope, b!.fieldId, -1)]);
    expect(await codes(), 'of two at once both count').to.deep.equal(['b', 'c', 'a']);
  });

  it('a field that is deleted leaves its code free, and its values to a job that knows its id', async () => {
    const { fieldId } = await createCustomField(store.scope, input('badge', { label: 'Zoë’s badge' }));
    const { fieldId: second } = await createCustomField(store.scope, input('second'));
    await createCustomField(store.scope, input('third'));
    const other = await createCustomField(store.other, input('badge'));
    const before = (await store.queued('forget-custom-values')).length;
    expect(await store.eventsOf(() => remove(store.scope, fieldId))).to.deep.equal(['custom-field.deleted']);
    expect(await lastEvent(fieldId)).to.deep.include({ subjectName: 'Zoë’s badge', details: { code: 'badge' } });
    const queued = (await store.queued('forget-custom-values')).slice(before);
    expect(queued).to.deep.equal([{ contextId: store.scope.contextId, fieldId }]);
    const again = await createCustomField(store.scope, input('badge', { type: 'number' }));
    expect(again.fieldId).not.to.equal(fieldId);
    await remove(store.scope, second);
    await remove(store.scope, again.fieldId);
    await createCustomField(store.scope, input('last'));
    expect(await codes(), 'a new one is the last, whatever is gone').to.deep.equal(['third', 'last']);
    expect(await listCustomFields(store.other)).to.deep.equal([other]);
  });

  it('what is not here is not found', async () => {
    const foreign = (await createCustomField(store.other, input('badge'))).fieldId;
    const { fieldId: gone } = await createCustomField(store.scope, input('badge'));
    await remove(store.scope, gone);
    const cases: Refusals = [];
    for (const id of [unknownId, foreign, gone, 'no-id', ''])
      cases.push(
        ['not_found', () => getCustomField(store.scope, id)],
        ['not_found', () => editCustomField(store.scope, id, input('badge', { label: 'New' }))],
        ['not_found', () => moveCustomField(store.scope, id, 1)],
        ['not_found', () => remove(store.scope, id)],
      );
    for (const [code, work] of cases) await store.refused(code, work);
  });

  it('the write, its event and its job stand or fall together', async () => {
    const { fieldId } = await createCustomField(store.scope, input('badge'));
    await createCustomField(store.scope, input('floor'));
    await store.inOneTransaction((scope) => createCustomField(scope, input('more')));
    await store.inOneTransaction((scope) => editCustomField(scope, fieldId, input('badge', { label: 'New' })));
    await store.inOneTransaction((scope) => moveCustomField(scope, fieldId, 1));
    await store.inOneTransaction((scope) => remove(scope, fieldId));
  });
});
