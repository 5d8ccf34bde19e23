import type { CustomField } from '../../domain/company/custom-fields/index.ts';
import { AppError } from '../../platform/errors/index.ts';
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

const namesDeletedFields = (error: unknown): boolean =>
  error instanceof AppError && Object.values(error.fields ?? {}).some((fault) => fault === 'fields.custom_field_unknown');

/**
 * Saves what a form says of custom fields. One that is deleted on the way is left out: the form has no place to show that fault.
 * @param list the fields that the form has, as they are now
 */
export async function savingCustomFields<T>(
  page: PageContext,
  list: () => Promise<CustomField[]>,
  save: (given: Record<string, unknown>) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await save(readCustomFields(page, await list()));
    } catch (error) {
      if (attempt === 3 || !namesDeletedFields(error)) throw error;
    }
  }
}

/** A field is called customFields.cost_center where it is refused, custom_cost_center in the form. */
export const namedAsInForm = (refusal: Refusal | undefined): Refusal | undefined =>
  refusal && renameFields(refusal, (field) => field.replace(/^customFields\./, 'custom_'));
