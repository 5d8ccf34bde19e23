import { getUser } from '../../domain/people/users/index.ts';
import { proveFactor } from '../../domain/sign-in/authentication/index.ts';
import { type Proof, proofs } from '../../domain/sign-in/credentials/factors/index.ts';
import {
  cancelPath,
  chosenOf,
  factorTexts,
  limitGuesses,
  type PageContext,
  placeOf,
  policyOf,
  renderPage,
  rulesOf,
} from '../request/index.ts';
import { loadStep, proofSoFar } from './pending.ts';
import { goOn } from './sign-in.ts';

export async function showSecondFactor(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'second-factor');
  if (due) await render(page, due);
}

export async function submitSecondFactor(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'second-factor');
  if (!due) return;
  const { request, step, standing } = due;
  const { scope, context, form, t } = page;
  const kind = chosenOf(page, step.offers);
  const proven = await proofSoFar(page, request, step.by);
  const user = standing?.user ?? (await getUser(scope, proven.userId));
  const [rules, given] = [await rulesOf(page), { kind, place: placeOf(page), answer: form }];
  const isRefused = ({ outcome }: { outcome: string }): boolean => outcome === 'refused';
  const result = await limitGuesses(page, 'sign-in', () => proveFactor(scope, rules, user, given), isRefused);
  if (result.outcome === 'unavailable') return render(page, due, t('second_factor.unavailable'), 503);
  if (result.outcome === 'refused') return render(page, due, t(`${factorTexts(kind)}.wrong`));
  if (result.clockWasAheadSeconds)
    page.services.log.warn(
      { context: context.code, seconds: result.clockWasAheadSeconds },
      'a second factor was used before by a process whose clock was ahead: compare the clocks of all servers',
    );
  const stronger = { ...proven, amr: [...new Set([...proven.amr, ...result.amr])], remember: form.get('remember') === 'yes' };
  const askAgain = async () => page.ctx.redirect(`${context.mount}/sign-in/${request.address}?done=sign_in_restarted`);
  await goOn(page, { ...request, proven: stronger }, askAgain, { standing });
}

type Due = NonNullable<Awaited<ReturnType<typeof loadStep<'second-factor'>>>>;

async function render(page: PageContext, { request, step }: Due, fault?: string, status = fault ? 422 : 200): Promise<void> {
  const kind = chosenOf(page, step.offers);
  const { userId } = await proofSoFar(page, request, step.by);
  // stricter rules only take away: where the company remembers no browser nobody has to be asked about
  const mayRemember = (await rulesOf(page)).base.secondFactor.rememberDays > 0;
  const rememberDays = mayRemember ? (await policyOf(page, userId, request.applicationId)).secondFactor.rememberDays : 0;
  const proof: Proof = proofs[kind];
  renderPage(
    page,
    'sign-in/second-factor',
    {
      kind,
      texts: factorTexts,
      challenge: await proof.challenge(page.scope, placeOf(page), userId),
      others: step.offers.filter((offer) => offer !== kind),
      rememberDays,
      remember: page.form.get('remember') === 'yes',
      fault,
      action: `/sign-in/${request.address}/second-factor`,
      cancel: cancelPath(request),
    },
    { status },
  );
}
