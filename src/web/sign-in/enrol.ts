import { getUser } from '../../domain/people/users/index.ts';
import { enrolAtSignIn } from '../../domain/sign-in/authentication/index.ts';
import { factorOf } from '../../domain/sign-in/credentials/factors/index.ts';
import { arrivalAt, cancelPath, chosenOf, factorTexts, type PageContext, placeOf, renderPage, rulesOf } from '../request/index.ts';
import { loadStep, proofSoFar } from './pending.ts';

type Due = NonNullable<Awaited<ReturnType<typeof loadStep<'enrol'>>>>;

export async function showEnrolment(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'enrol');
  if (due) await render(page, due);
}

/** The factor answered once: it is enrolled, and this very answer is the second factor of the sign-in under way. */
export async function submitEnrolment(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'enrol');
  if (!due) return;
  const { request, step } = due;
  const proven = await proofSoFar(page, request, step.by);
  const kind = chosenOf(page, step.factors);
  const name = page.t(`${factorTexts(kind)}.name`);
  const session = step.by === 'session' ? page.session : undefined;
  const enrolment = { kind, place: placeOf(page), answer: page.form, name };
  const { demands, applicationId } = request;
  const arrival = await arrivalAt(page, { demands, applicationId, proven: request.proven });
  const enrolled = await enrolAtSignIn(page.scope, await rulesOf(page), request, { arrival, proven, session }, enrolment);
  if (!enrolled) return render(page, due, page.t(`${factorTexts(kind)}.wrong_first`));
  const { codes } = enrolled;
  renderPage(page, 'sign-in/recovery-codes', { codes, onward: `/sign-in/${request.address}` });
}

async function render(page: PageContext, { request, step }: Due, fault?: string): Promise<void> {
  const { userId } = await proofSoFar(page, request, step.by);
  // of those the policy takes and this address can have
  const kind = chosenOf(page, step.factors);
  renderPage(
    page,
    'sign-in/enrol',
    {
      fault,
      kind,
      texts: factorTexts,
      others: step.factors.filter((one) => one !== kind),
      offer: await factorOf(kind).offer(page.scope, placeOf(page), await getUser(page.scope, userId), page.form),
      action: `/sign-in/${request.address}/enrol`,
      cancel: cancelPath(request),
    },
    { status: fault ? 422 : 200 },
  );
}
