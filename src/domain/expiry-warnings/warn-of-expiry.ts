import { type Application, listApplications, listPartnerCertificates } from '../applications/index.ts';
import { recordEvent } from '../audit/index.ts';
import { mailPerson } from '../mails/index.ts';
import { listCertificates, warningDays } from '../saml-certificates/index.ts';
import type { Scope } from '../scope.ts';
import { listUsers } from '../users/index.ts';

/** So many days before the end a mail goes out: once each. */
const warnings = [warningDays, 30, 14, 7, 1];
const dayMs = 24 * 3600 * 1000;

export type EndingCertificate = { fingerprint: string; notAfter: Date; application?: Pick<Application, 'applicationId' | 'name'> };

/** @param scope of a transaction: a mail is queued with the note that it was, or not at all */
export async function warnOfExpiry(scope: Scope): Promise<void> {
  const { db, contextId, clock } = scope;
  const now = clock.now().getTime();
  for (const { fingerprint, notAfter, application } of await listEnding(scope)) {
    const left = (notAfter.getTime() - now) / dayMs;
    const days = warnings.filter((one) => left <= one).at(-1);
    if (days === undefined || left < 0) continue;
    const noted = await db('certificate_warnings')
      .insert({
        context_id: contextId,
        fingerprint: `${fingerprint} ${application?.applicationId ?? ''}`.trim(),
        days,
        warned_at: clock.now(),
      })
      .onConflict(['context_id', 'fingerprint', 'days'])
      .ignore()
      .returning('days');
    if (noted.length === 0) continue;
    await recordEvent(scope, {
      type: 'saml-certificate.ends-soon',
      subject: application
        ? { kind: 'application', id: application.applicationId, name: application.name }
        : { kind: 'saml-certificate', name: fingerprint },
      applicationId: application?.applicationId,
      details: { fingerprint, notAfter },
    });
    const { items: administrators } = await listUsers(scope, { role: 'administrator', status: 'activated' }, 1000);
    for (const administrator of administrators) {
      const params = {
        days: Math.ceil(left),
        notAfter: notAfter.toISOString().slice(0, 10),
        fingerprint,
        application: application?.name ?? '',
      };
      const path = application ? `/admin/applications/${application.applicationId}` : '/admin/certificates';
      const mail = application ? 'partner_certificate' : 'own_certificate';
      await mailPerson(scope, administrator, { mail, path, params, to: administrator.email });
    }
  }
}

/** Those that end within the first warning's time, the nearest first. */
export async function listEndingSoon(scope: Scope): Promise<EndingCertificate[]> {
  const limit = scope.clock.now().getTime() + warningDays * dayMs;
  const ending = (await listEnding(scope)).filter(({ notAfter }) => notAfter.getTime() < limit);
  return ending.sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
}

/** Ours that partners rely on, and those that partners sign with or that we encrypt for. */
async function listEnding(scope: Scope): Promise<EndingCertificate[]> {
  const own = (await listCertificates(scope)).filter(({ status }) => status !== 'retired');
  const { items: applications } = await listApplications(scope, {}, 10_000);
  const theirs = applications
    .filter(({ enabled }) => enabled)
    .flatMap((application) => (application.saml ? listPartnerCertificates(application.saml).map((one) => ({ ...one, application })) : []));
  return [...own, ...theirs];
}
