import { AppError } from '../../platform/errors/index.ts';
import { type PageContext, type Refusal, redirectTo as redirectInside, submitForm as submitFormOf } from '../request/index.ts';

/** After a change: to a page that tells of it (`notices.<done>`), so that reloading repeats nothing. */
export const redirectTo = (page: PageContext, path: string, done?: string): void => {
  page.services.forgetCached(page.context.contextId);
  redirectInside(page, `${path}${done ? `${path.includes('?') ? '&' : '?'}done=${done}` : ''}`);
};

/** Which version of a record its form showed: a change by somebody else since then is not overwritten. A form without one never matches. */
export const shownVersion = ({ form }: PageContext): number => (/^\d{1,9}$/.test(form.get('version')) ? Number(form.get('version')) : -1);

/** As everywhere; a conflict with another person's change is shown above the form. `work` is not called then: it would find nothing to change in the stored values. */
export const submitForm = <T>(
  page: PageContext,
  work: () => Promise<T>,
  showAgain: (refusal: Refusal) => void | Promise<void>,
): Promise<T | undefined> => {
  page.ctx.state.isChangedMeanwhile = false;
  const refuse = () => Promise.reject(new AppError('changed_meanwhile', 409));
  return submitFormOf(page, page.conflict ? refuse : work, showAgain, ({ code, fields, status }) => {
    page.ctx.state.isChangedMeanwhile = code === 'changed_meanwhile';
    return fields !== undefined || status === 409;
  });
};

/** The form was refused because its record is not the one any more that it showed. */
export const isChangedMeanwhile = ({ ctx }: PageContext): boolean => ctx.state.isChangedMeanwhile === true;
