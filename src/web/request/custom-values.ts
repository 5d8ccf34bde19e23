import type { CustomField } from '../../domain/company/custom-fields/index.ts';
import type { PageContext } from './route.ts';
import { type Refusal, renameFields } from './submit-form.ts';

/** Codes are a company's own words, `constructor` among them: no object of ours has such a key already. */
export const byCode = (entries: [string, unknown][]): Record<string, unknown> =>
  Object.assign(Object.create(null), Object.fromEntries(entries));

/** What a form says of custom fields, by code. Those the form has: a field that was defined meanwhile stays as it is. */
export const readCustomFields = ({ form }: PageContext, customFields: CustomField[]): Record<string, unknown> =>
  byCode(
    customFields
      .filter(({ code }) => form.has(`custom_${code}`))
      .map(({ code, type }) => {
        const texts = form.all(`custom_${code}`).filter((text) => text !== '');
        return [code, type === 'choices' ? texts : (texts[0] ?? '')];
      }),
  );

/** A field is called customFields.cost_center where it is refused, custom_cost_center in the form. */
export const namedAsInForm = (refusal: Refusal | undefined): Refusal | undefined =>
  refusal && renameFields(refusal, (field) => field.replace(/^customFields\./, 'custom_'));
