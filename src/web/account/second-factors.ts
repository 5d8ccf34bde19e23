import { getUser } from '../../domain/people/users/index.ts';
import { addOwnFactor, removeOwnFactor, renewRecoveryCodes } from '../../domain/sign-in/authentication/index.ts';
import { type FactorKind, factorOf } from '../../domain/sign-in/credentials/factors/index.ts';
import { countRecoveryCodes } from '../../domain/sign-in/credentials/recovery-code/index.ts';
import { listSecondFactors } from '../../domain/sign-in/credentials/second-factors/index.ts';
import { notFound } from '../../platform/errors/index.ts';
import { factorTexts, type PageContext, placeOf, policyOf, redirectTo, renderPage, rulesOf, usableFactors } from '../request/index.ts';

const at = '/account/second-factors';

export async function showFactors(page: PageContext): Promise<void> {
  const { scope, session } = page;
  const { demand } = (await policyOf(page, session!.userId)).secondFactor;
  renderPage(page, 'account/second-factors', {
    demand,
    addable: await addableFactors(page),
    texts: factorTexts,
    factors: await listSecondFactors(scope, session!.userId),
    codesLeft: await countRecoveryCodes(scope, session!.userId),
  });
}

/** Those that the person may add: the policy takes them, and browsers can use them at this address. */
async function addableFactors(page: PageContext): Promise<FactorKind[]> {
  const { demand, factors } = (await policyOf(page, page.session!.userId)).secondFactor;
  return demand === 'off' ? [] : usableFactors(page).filter((kind) => factors.includes(kind));
}

/** @throws AppError not_found of a kind that the person may not add */
async function kindOf(page: PageContext): Promise<FactorKind> {
  const kind = (await addableFactors(page)).find((one) => one === page.params.factor);
  if (!kind) throw notFound();
  return kind;
}

export async function showNew(page: PageContext, fault?: string): Promise<void> {
  const kind = await kindOf(page);
  const user = await getUser(page.scope, page.session!.userId);
  const locals = {
    fault,
    kind,
    texts: factorTexts,
    name: page.form.get('name') || page.t(`${factorTexts(kind)}.name`),
    offer: await factorOf(kind).offer(page.scope, placeOf(page), user, page.form),
    action: `${at}/new/${kind}`,
  };
  renderPage(page, 'account/new-factor', locals, { status: fault ? 422 : 200 });
}

export async function submitNew(page: PageContext): Promise<void> {
  const kind = await kindOf(page);
  const name = nameOf(page, page.t(`${factorTexts(kind)}.name`));
  const added = await addOwnFactor(page.scope, page.session!, { kind, place: placeOf(page), answer: page.form, name });
  if (!added) return showNew(page, page.t(`${factorTexts(kind)}.wrong_first`));
  showCodes(page, added.codes);
}

/** Where a fresh sign-in leads back to. */
export const newFactorPath = async (page: PageContext): Promise<string> => `${at}/new/${await kindOf(page)}`;

const nameOf = ({ form }: PageContext, otherwise: string): string =>
  form.get('name').trim().slice(0, 60).replace(/\p{C}/gu, '') || otherwise;

function showCodes(page: PageContext, codes: string[]): void {
  if (codes.length === 0) redirectTo(page, `${at}?done=factor_added`);
  else renderPage(page, 'account/recovery-codes', { codes });
}

export async function submitCodes(page: PageContext): Promise<void> {
  renderPage(page, 'account/recovery-codes', { codes: await renewRecoveryCodes(page.scope, page.session!) });
}

export async function confirmRemoval(page: PageContext): Promise<void> {
  const factor = (await listSecondFactors(page.scope, page.session!.userId)).find(({ factorId }) => factorId === page.params.factor);
  if (!factor) throw notFound();
  renderPage(page, 'account/remove-factor', { factor });
}

export async function submitRemoval(page: PageContext): Promise<void> {
  await removeOwnFactor(page.scope, await rulesOf(page), page.session!, page.params.factor!);
  redirectTo(page, `${at}?done=factor_removed`);
}
