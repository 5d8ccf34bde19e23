import { AppError } from '../../platform/errors/index.ts';
import { noteInLog } from '../../platform/log/index.ts';
import type { PageContext } from './route.ts';

/** What a form that was refused is shown again with, in the reader's language. */
export type Refusal = {
  status: number;
  /** By the name of the field. */
  fields?: Record<string, string>;
  /** Of the whole form. */
  fault?: string;
};

const namesFields = ({ fields }: AppError): boolean => fields !== undefined;

/**
 * Runs `work`; a refusal that belongs to the form shows it again with what was typed and what to mend.
 * @param belongsToForm which refusals those are: the ones that name fields, unless told
 * @returns what `work` returned, or undefined after a refusal
 * @throws AppError of any other refusal: it becomes an error page
 */
export async function submitForm<T>(
  page: PageContext,
  work: () => Promise<T>,
  showAgain: (refusal: Refusal) => void | Promise<void>,
  belongsToForm: (error: AppError) => boolean = namesFields,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError && belongsToForm(error))) throw error;
    noteInLog({ fault: error.code });
    await showAgain(presentRefusal(page, error));
    return undefined;
  }
}

/** The same refusal for a form whose fields have other names than the use case's. */
export const renameFields = (refusal: Refusal, rename: (field: string) => string): Refusal => ({
  ...refusal,
  fields: Object.fromEntries(Object.entries(refusal.fields ?? {}).map(([field, text]) => [rename(field), text])),
});

function presentRefusal({ t }: PageContext, { status, fields, publicMessage, params }: AppError): Refusal {
  if (!fields) return { status, fault: t(publicMessage, params) };
  return { status, fields: Object.fromEntries(Object.entries(fields).map(([field, key]) => [field, t(key, params)])) };
}
