import { expect } from 'chai';
import type { CustomField } from '../../../src/domain/company/custom-fields/index.ts';
import { invalidInput } from '../../../src/platform/errors/index.ts';
import { type PageContext, savingCustomFields } from '../../../src/web/request/index.ts';

describe('web/request: custom fields of a form', () => {
  const page = { form: { has: () => true, all: (name: string) => [`typed ${name}`] } } as unknown as PageContext;
  const field = (code: string) => ({ code, type: 'text' }) as CustomField;

  it('a field that is deleted while the form is on its way is left out, and the rest is saved', async () => {
    const lists = [[field('a'), field('gone')], [field('a')]];
    const saved = await savingCustomFields(
      page,
      async () => lists.shift()!,
      async (given) => {
        if ('gone' in given) throw invalidInput({ 'customFields.gone': 'fields.custom_field_unknown' });
        return given;
      },
    );
    expect({ ...saved }).to.deep.equal({ a: 'typed custom_a' });
  });

  it('any other refusal is told at once', async () => {
    let tries = 0;
    const refused = savingCustomFields(
      page,
      async () => [field('a')],
      async () => {
        tries++;
        throw invalidInput({ 'customFields.a': 'fields.required' });
      },
    );
    expect(await refused.catch(({ fields }) => fields)).to.deep.equal({ 'customFields.a': 'fields.required' });
    expect(tries).to.equal(1);
  });
});
