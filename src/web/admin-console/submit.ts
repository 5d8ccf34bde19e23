import { AppError } from '../../platform/errors/index.ts';
import { fieldTexts, type PageContext, redirectTo as redirectInside } from '../request/index.ts';

/** After a deed: to a page that tells of it (`notices.<done>`), so that reloading repeats nothing. */
export const redirectTo = (page: PageContext, path: string, done?: string): void => {
  page.services.forgetCached(page.context.contextId);
  redirectInside(page, `${path}${done ? `${path.includes('?') ? '&' : '?'}done=${done}` : ''}`);
};

/** Which version of a record its form showed: a change by somebody else since then is not overwritten. A form without one never matches. */
export const shownVersion = ({ form }: PageContext): number => (/^\d{1,9}$/.test(form.get('version')) ? Number(form.get('version')) : -1);

/** Runs a use case; a refusal that belongs to the form shows it again with what was typed and what to mend. */
export async function submitForm<T>(
  page: PageContext,
  work: () => Promise<T>,
  showAgain: (fields: Record<string, string>, status: number, fault: string | undefined) => void | Promise<void>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError) || (!error.fields && error.status !== 409)) throw error;
    await showAgain(fieldTexts(page, error), error.status, error.fields ? undefined : page.t(error.publicMessage, error.params));
    return undefined;
  }
}
