import { toString as drawQrCode } from 'qrcode';
import { enrolTotp, recordProof } from '../../domain/authentication/index.ts';
import { startTotp } from '../../domain/credentials/totp/index.ts';
import { inTransaction } from '../../domain/scope.ts';
import { getUser, identifier } from '../../domain/users/index.ts';
import { type PageContext, renderPage } from '../request/index.ts';
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
  const { scope, services, form } = page;
  const proven = proofSoFar(page, request, step.by);
  const offer = { sealed: form.get('offer'), code: form.get('code'), name: page.t('second_factor.app') };
  const codes = await inTransaction(scope, async (inside) => {
    const enrolled = await enrolTotp(inside, proven.userId, offer, services.keyRing);
    if (enrolled) await recordProof(inside, request.requestId, { ...proven, amr: [...new Set([...proven.amr, 'otp', 'mfa'])] });
    return enrolled;
  });
  if (!codes) return render(page, due, page.t('second_factor.wrong_first'));
  renderPage(page, 'sign-in/recovery-codes', { codes, onward: `/sign-in/${request.requestId}` }, { formAction: formTargets(request) });
}

async function render(page: PageContext, { request, step }: Due, fault?: string): Promise<void> {
  const { scope, services, context, form } = page;
  const user = await getUser(scope, proofSoFar(page, request, step.by).userId);
  const offer = startTotp(scope, user.userId, { company: context.name, login: identifier(user) }, services.keyRing, form.get('offer'));
  renderPage(
    page,
    'sign-in/enrol',
    {
      fault,
      offer,
      qrCode: await drawQrCode(offer.uri, { type: 'svg', margin: 2 }),
      secret: offer.secret.replace(/(.{4})(?=.)/g, '$1 '),
      action: `/sign-in/${request.requestId}/enrol`,
    },
    { status: fault ? 422 : 200, formAction: formTargets(request) },
  );
}
