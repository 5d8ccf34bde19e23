import { enrolAtSignIn } from '../../domain/sign-in/authentication/index.ts';
import type { SecondFactor } from '../../domain/sign-in/sign-in-policy/index.ts';
import { offerPasskey, offerTotp, type PageContext, passkeyCeremony, readEnrolment, renderPage } from '../request/index.ts';
import { formTargets, loadStep, proofSoFar } from './pending.ts';

type Due = NonNullable<Awaited<ReturnType<typeof loadStep<'enrol'>>>>;

export async function showEnrolment(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'enrol');
  if (due) await render(page, due);
}

/** The app answered once: it is enrolled, and this very answer is the second factor of the sign-in under way. */
export async function submitEnrolment(page: PageContext): Promise<void> {
  const due = await loadStep(page, 'enrol');
  if (!due) return;
  const { request, step } = due;
  const proven = await proofSoFar(page, request, step.by);
  const kind = chosen(page, step.factors);
  const answer = readEnrolment(page, kind, page.t(kind === 'passkey' ? 'second_factor.passkey' : 'second_factor.app'));
  const session = step.by === 'session' ? page.session : undefined;
  const enrolled = answer && (await enrolAtSignIn(page.scope, request, { proven, session }, answer));
  if (!enrolled) return render(page, due, page.t(kind === 'passkey' ? 'second_factor.wrong_passkey' : 'second_factor.wrong_first'));
  const { codes } = enrolled;
  renderPage(page, 'sign-in/recovery-codes', { codes, onward: `/sign-in/${request.requestId}` }, { formAction: formTargets(request) });
}

/** The kind that the person wants to set up, of those the policy takes and this address can have. */
function chosen({ form, query }: PageContext, kinds: SecondFactor[]): SecondFactor {
  return kinds.find((kind) => kind === (form.get('factor') || query('factor'))) ?? kinds[0]!;
}

async function render(page: PageContext, { request, step }: Due, fault?: string): Promise<void> {
  const { userId } = await proofSoFar(page, request, step.by);
  const kind = chosen(page, step.factors);
  const ceremony = passkeyCeremony(page);
  renderPage(
    page,
    'sign-in/enrol',
    {
      fault,
      kind,
      others: step.factors.filter((one) => one !== kind),
      ...(kind === 'passkey' && ceremony ? { passkey: await offerPasskey(page, ceremony, userId) } : await offerTotp(page, userId)),
      action: `/sign-in/${request.requestId}/enrol`,
    },
    { status: fault ? 422 : 200, formAction: formTargets(request) },
  );
}
