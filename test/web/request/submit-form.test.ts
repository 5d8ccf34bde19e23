import { expect } from 'chai';
import { AppError, invalidInput } from '../../../src/platform/errors/index.ts';
import { submitForm as submitConsoleForm } from '../../../src/web/admin-console/submit.ts';
import { type PageContext, type Refusal, renameFields, submitForm } from '../../../src/web/request/index.ts';

const page = { t: (key: string, params = {}) => `${key} ${JSON.stringify(params)}`, ctx: { state: {} } } as PageContext;

/** What the form was shown again with, what came back, or the error that went on. */
async function tried(submit: typeof submitConsoleForm, work: () => Promise<unknown>) {
  const shown: Refusal[] = [];
  try {
    return { shown, result: await submit(page, work, (refusal) => void shown.push(refusal)) };
  } catch (error) {
    return { shown, error };
  }
}
const failing = (error: Error) => () => Promise.reject(error);

describe('unit: forms', () => {
  it('a form that is accepted is not shown again', async () => {
    expect(await tried(submitForm, async () => 'done')).to.deep.equal({ shown: [], result: 'done' });
  });

  it('a refusal of fields shows the form again, each fault in words beside its field', async () => {
    for (const submit of [submitForm, submitConsoleForm]) {
      const { shown, result } = await tried(submit, failing(invalidInput({ email: 'fields.email' }, { most: 3 })));
      expect(shown).to.deep.equal([{ status: 422, fields: { email: 'fields.email {"most":3}' } }]);
      expect(result).to.equal(undefined);
    }
  });

  it('a conflict is told above the form in the console, and is an error page elsewhere', async () => {
    const conflict = new AppError('changed_meanwhile', 409);
    expect((await tried(submitConsoleForm, failing(conflict))).shown).to.deep.equal([
      { status: 409, fault: 'errors.changed_meanwhile {}' },
    ]);
    expect(await tried(submitForm, failing(conflict))).to.deep.equal({ shown: [], error: conflict });
  });

  it('anything else goes on to whoever shows errors', async () => {
    for (const error of [new Error('of the store'), new AppError('not_found', 404)])
      for (const submit of [submitForm, submitConsoleForm]) expect(await tried(submit, failing(error))).to.deep.equal({ shown: [], error });
  });

  it('fields may have other names in the form; the rest of the refusal stays', () => {
    const refusal = { status: 422, fields: { 'base.session.keepDays': 'too many' }, fault: 'no' };
    expect(renameFields(refusal, (path) => path.replace(/^base\./, ''))).to.deep.equal({
      status: 422,
      fields: { 'session.keepDays': 'too many' },
      fault: 'no',
    });
  });
});
