import { type MailName, mailPerson } from '../../company/mails/index.ts';
import { listCertificates, type SamlCertificate, warningDays } from '../../company/saml-certificates/index.ts';
import { listUsers } from '../../people/users/index.ts';
import { type NewEvent, recordEvent } from '../../records/audit/index.ts';
import { type Scope, useCase } from '../../scope.ts';
import { type Application, listApplications, listPartnerCertificates, secretExpiry } from '../applications/index.ts';

/** So many days before the end a mail goes out: once each. */
const warnings = [warningDays, 30, 14, 7, 1];
const dayMs = 24 * 3600 * 1000;

type Owner = Pick<Application, 'applicationId' | 'code' | 'name'>;

export type Ending = { notAfter: Date } & (
  | { kind: 'own-certificate'; fingerprint: string; application?: undefined }
  | { kind: 'partner-certificate'; fingerprint: string; application: Owner }
  | { kind: 'client-secret'; application: Owner }
);

/** What makes it this one and no other: the next secret of an application gets warnings of its own. */
function nameOf(ending: Ending): string {
  if (ending.kind === 'client-secret') return `secret ${ending.application.applicationId} ${ending.notAfter.toISOString()}`;
  return `${ending.fingerprint} ${ending.application?.applicationId ?? ''}`.trim();
}

const mails: Record<Ending['kind'], MailName> = {
  'own-certificate': 'own_certificate',
  'partner-certificate': 'partner_certificate',
  'client-secret': 'client_secret',
};

function eventOf(ending: Ending): NewEvent {
  const { application, notAfter } = ending;
  const fingerprint = ending.kind === 'client-secret' ? undefined : ending.fingerprint;
  return {
    type: ending.kind === 'client-secret' ? 'application.secret-ends-soon' : 'saml-certificate.ends-soon',
    subject: application
      ? { kind: 'application', id: application.applicationId, name: application.name }
      : { kind: 'saml-certificate', name: fingerprint ?? '' },
    applicationId: application?.applicationId,
    details: { fingerprint, notAfter },
  };
}

/** Warns of each ending once for each number of days: a mail is queued together with the note that it was. */
export const warnOfExpiry = useCase(async (scope): Promise<void> => {
  const { db, contextId, clock } = scope;
  const now = clock.now().getTime();
  for (const ending of await listEnding(scope)) {
    const { notAfter, application } = ending;
    const left = (notAfter.getTime() - now) / dayMs;
    const days = warnings.filter((one) => left <= one).at(-1);
    if (days === undefined || left < 0) continue;
    const noted = await db('certificate_warnings')
      .insert({ context_id: contextId, fingerprint: nameOf(ending), days, warned_at: clock.now() })
      .onConflict(['context_id', 'fingerprint', 'days'])
      .ignore()
      .returning('days');
    if (noted.length === 0) continue;
    await recordEvent(scope, eventOf(ending));
    const { items: administrators } = await listUsers(scope, { role: 'administrator', status: 'activated' }, 1000);
    for (const administrator of administrators) {
      const params = {
        days: Math.ceil(left),
        notAfter: notAfter.toISOString().slice(0, 10),
        fingerprint: ending.kind === 'client-secret' ? '' : ending.fingerprint,
        application: application?.name ?? '',
      };
      const leadsTo = application
        ? ({ page: 'application', application: application.applicationId } as const)
        : ({ page: 'certificates' } as const);
      await mailPerson(scope, administrator, { mail: mails[ending.kind], leadsTo, params, to: administrator.email });
    }
  }
});

/** What ends within the first warning's time or has ended, the nearest first. */
export function endingsOf(certificates: SamlCertificate[], applications: Application[], now: Date): Ending[] {
  const limit = now.getTime() + warningDays * dayMs;
  return everyEnding(certificates, applications)
    .filter(({ notAfter }) => notAfter.getTime() < limit)
    .sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
}

const listEnding = async (scope: Scope): Promise<Ending[]> =>
  everyEnding(await listCertificates(scope), (await listApplications(scope, {}, 10_000)).items);

/** Our certificates that partners rely on, those that partners sign with or that we encrypt for, and secrets of clients. */
function everyEnding(certificates: SamlCertificate[], all: Application[]): Ending[] {
  const own = certificates.filter(({ status }) => status !== 'retired');
  const applications = all.filter(({ enabled }) => enabled);
  return [
    ...own.map(({ fingerprint, notAfter }): Ending => ({ kind: 'own-certificate', fingerprint, notAfter })),
    ...applications.flatMap((application) =>
      (application.saml ? listPartnerCertificates(application.saml) : []).map(
        ({ fingerprint, notAfter }): Ending => ({ kind: 'partner-certificate', fingerprint, notAfter, application }),
      ),
    ),
    ...applications.flatMap((application): Ending[] => {
      const notAfter = secretExpiry(application.oidc);
      return notAfter ? [{ kind: 'client-secret', notAfter, application }] : [];
    }),
  ];
}
