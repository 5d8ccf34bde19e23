import { inTransaction, type Transaction } from '../../domain/scope.ts';
import { enrolPasskey, enrolTotp, proofHolds, recordProof, sessionHolds } from '../../domain/sign-in/authentication/index.ts';
import type { SecondFactor } from '../../domain/sign-in/sign-in-policy/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { offerPasskey, offerTotp, type PageContext, passkeyCeremony, renderPage } from '../request/index.ts';
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
  const { scope, form } = page;
  const proven = await proofSoFar(page, request, step.by);
  const kind = chosen(page, step.factors);
  const ceremony = passkeyCeremony(page);
  const enrolled = await inTransaction(scope, async (inside) => {
    const done = kind === 'passkey' ? ceremony && (await withPasskey(inside)) : await withApp(inside);
    // the factor was set up with the person held: a proof or a session that ended meanwhile sets up nothing
    const holds = async () => (step.by === 'proof' ? proofHolds(inside, proven) : sessionHolds(inside, page.session!));
    if (done && !(await holds())) throw new AppError('request_expired', 409);
    if (done) await recordProof(inside, request.requestId, { ...proven, amr: [...new Set([...proven.amr, ...done.amr])] });
    return done;
  });
  if (!enrolled) return render(page, due, page.t(kind === 'passkey' ? 'second_factor.wrong_passkey' : 'second_factor.wrong_first'));
  const { codes } = enrolled;
  renderPage(page, 'sign-in/recovery-codes', { codes, onward: `/sign-in/${request.requestId}` }, { formAction: formTargets(request) });

  function withPasskey(inside: Transaction) {
    const answer = { sealed: form.get('challenge'), response: form.get('passkey'), name: page.t('second_factor.passkey') };
    return enrolPasskey(inside, ceremony!, proven.userId, answer);
  }
  async function withApp(inside: Transaction) {
    const offer = { sealed: form.get('offer'), code: form.get('code'), name: page.t('second_factor.app') };
    const codes = await enrolTotp(inside, proven.userId, offer);
    return codes && { codes, amr: ['otp', 'mfa'] };
  }
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
