import { AppError, invalidInput, parseInput } from '../../../platform/errors/index.ts';
import { locales } from '../../../platform/i18n/index.ts';
import { changeSettings, loadSettings } from '../../company/context-settings/index.ts';
import { actingAs, fullName, lockUser, noteTermsEdition } from '../../people/users/index.ts';
import { recordEvent } from '../../records/audit/index.ts';
import { inTransaction, type Scope } from '../../scope.ts';
import { findTerms, insertAcceptance, insertTerms, termsSettings, termsTextsSchema } from './terms.ts';

/**
 * A new edition: from now on everybody is asked, also who accepted an earlier one. Editions stay as they were accepted.
 * @param latest the edition that the editor saw, 0 for none
 * @returns its number @throws AppError invalid_input, changed_meanwhile
 */
export const publishTerms = (scope: Scope, input: unknown, latest: number): Promise<number> =>
  inTransaction(scope, async (inside) => {
    const texts = parseInput(termsTextsSchema, input, 'path');
    const { version } = await loadSettings(inside, termsSettings);
    if (((await findTerms(inside))?.edition ?? 0) !== latest) throw new AppError('changed_meanwhile', 409);
    const { value: inForce } = await loadSettings(inside, termsSettings);
    const now = inForce.edition > 0 && inForce.edition <= latest ? await findTerms(inside, inForce.edition) : undefined;
    if (now && locales.every((one) => now.texts[one]?.title === texts[one]?.title && now.texts[one]?.body === texts[one]?.body)) {
      const [first] = Object.keys(texts);
      throw invalidInput({ [`${first}.body`]: 'fields.terms_unchanged' });
    }
    const edition = latest + 1;
    if (!(await insertTerms(inside, edition, texts))) throw new AppError('changed_meanwhile', 409);
    await changeSettings(inside, termsSettings, { edition }, version);
    await recordEvent(inside, { type: 'terms.published', details: { edition } });
    return edition;
  });

/** Nobody is asked any more; who accepted what stays. */
export const withdrawTerms = (scope: Scope): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const { value, version } = await loadSettings(inside, termsSettings);
    if (value.edition === 0) return;
    await changeSettings(inside, termsSettings, { edition: 0 }, version);
    await recordEvent(inside, { type: 'terms.withdrawn', details: { edition: value.edition } });
  });

/** @param locale in which the person read them @throws AppError changed_meanwhile when that edition is not the one in force any more */
export const acceptTerms = (scope: Scope, userId: string, edition: number, locale: string): Promise<void> =>
  inTransaction(scope, async (inside) => {
    const user = await lockUser(inside, userId);
    // of somebody who may sign in, or whose block this very sign-in lifts
    if (user.status !== 'activated' && user.status !== 'blocked') throw new AppError('signed_out', 401);
    if ((await loadSettings(inside, termsSettings)).value.edition !== edition) throw new AppError('changed_meanwhile', 409);
    const as = actingAs(inside, user);
    if (!(await insertAcceptance(as, user.userId, edition, locale))) return;
    await noteTermsEdition(as, user.userId, edition);
    await recordEvent(as, {
      type: 'terms.accepted',
      subject: { kind: 'user', id: user.userId, name: fullName(user) },
      details: { edition },
    });
  });
