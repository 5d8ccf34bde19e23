import { getUser } from '../../domain/people/users/index.ts';
import type { UserId } from '../../domain/scope.ts';
import { type Offer, provePasskeySignIn, proveTypedFactor } from '../../domain/sign-in/authentication/index.ts';
import { startAssertion } from '../../domain/sign-in/credentials/passkey/index.ts';
import type { PolicyRules } from '../../domain/sign-in/sign-in-policy/index.ts';
import { type PageContext, passkeyCeremony, policyOf, renderPage, rulesOf } from '../request/index.ts';
import { formTargets, loadStep, proofSoFar } from './pending.ts';
import { goOn } from './sign-in.ts';

export async function showSecondFactor(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'second-factor');
  if (due) await render(page, due);
}

export async function submitSecondFactor(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'second-factor');
  if (!due) return;
  const { request, step, standing } = due;
  const { scope, context, browser, form, t } = page;
  const kind = chosen(page, step.offers);
  const rules = await rulesOf(page);
  const proven = await proofSoFar(page, request, step.by);
  const amr =
    kind === 'passkey'
      ? await provenByPasskey(page, rules, proven.userId)
      : await proveTypedFactor(scope, rules, {
          user: standing?.user ?? (await getUser(scope, proven.userId)),
          browser,
          kind,
          code: form.get('code'),
        });
  if (!amr) return render(page, due, t(`second_factor.wrong_${wrong[kind]}`));
  const stronger = { ...proven, amr: [...new Set([...proven.amr, ...amr])], remember: form.get('remember') === 'yes' };
  const askAgain = async () => page.ctx.redirect(`${context.mount}/sign-in/${request.requestId}?done=sign_in_restarted`);
  await goOn(page, { ...request, proven: stronger }, askAgain, standing);
}

const wrong: Record<Offer, string> = { totp: 'code', 'recovery-code': 'recovery', passkey: 'passkey' };

async function provenByPasskey(page: PageContext, rules: PolicyRules, userId: UserId): Promise<string[] | undefined> {
  const ceremony = passkeyCeremony(page);
  const answer = { sealed: page.form.get('challenge'), response: page.form.get('passkey') };
  return ceremony && (await provePasskeySignIn(page.scope, rules, ceremony, answer, userId))?.proven.amr;
}

/** Which of those on offer the person wants to use: the form's word, or the address's, or the first. */
function chosen({ form, query }: PageContext, offers: Offer[]): Offer {
  return offers.find((offer) => offer === (form.get('factor') || query('factor'))) ?? offers[0]!;
}

type Due = NonNullable<Awaited<ReturnType<typeof loadStep<'second-factor'>>>>;

async function render(page: PageContext, { request, step }: Due, fault?: string): Promise<void> {
  const kind = chosen(page, step.offers);
  const ceremony = passkeyCeremony(page);
  const { userId } = await proofSoFar(page, request, step.by);
  // stricter rules only take away: where the company remembers no browser nobody has to be asked about
  const mayRemember = (await rulesOf(page)).base.secondFactor.rememberDays > 0;
  const rememberDays = mayRemember ? (await policyOf(page, userId, request.applicationId)).secondFactor.rememberDays : 0;
  renderPage(
    page,
    'sign-in/second-factor',
    {
      kind,
      passkey: kind === 'passkey' && ceremony ? await startAssertion(page.scope, ceremony, userId) : undefined,
      others: step.offers.filter((offer) => offer !== kind),
      rememberDays,
      remember: page.form.get('remember') === 'yes',
      fault,
      action: `/sign-in/${request.requestId}/second-factor`,
    },
    { status: fault ? 422 : 200, formAction: formTargets(request) },
  );
}
