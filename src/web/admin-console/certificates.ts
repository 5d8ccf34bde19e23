import { listApplicationsByIds } from '../../domain/applications/applications/index.ts';
import { changeOwnContext, getOwnContext } from '../../domain/company/contexts/index.ts';
import {
  type CertificateAlg,
  endsSoon,
  listCertificates,
  listCertificateUses,
  publishCertificate,
  removeCertificate,
  startSigningWith,
} from '../../domain/company/saml-certificates/index.ts';
import { AppError, notFound } from '../../platform/errors/index.ts';
import { type PageContext, type Refusal, type Route, renderPage } from '../request/index.ts';
import { redirectTo, shownVersion, submitForm } from './submit.ts';

const at = '/admin/certificates';

export const certificateRoutes: Route[] = [
  { method: 'GET', path: at, access: 'administrator', handle: (page) => showCertificates(page) },
  { method: 'POST', path: `${at}/entity-id`, access: 'administrator', handle: submitEntityId },
  { method: 'GET', path: `${at}/:step`, access: 'administrator', handle: confirmStep },
  { method: 'POST', path: `${at}/:step`, access: 'administrator', handle: submitStep },
];

/** The stages of a rollover: a new certificate is published, then signs, then the old one goes. */
const steps: Record<string, { dangerous?: boolean; run(page: PageContext): Promise<unknown> }> = {
  publish: {
    run: (page) => publishCertificate(page.scope, algOf(page), page.context.name),
  },
  sign: { dangerous: true, run: (page) => startSigningWith(page.scope, page.form.get('fingerprint')) },
  remove: { dangerous: true, run: (page) => removeCertificate(page.scope, page.form.get('fingerprint')) },
};

function algOf({ form }: PageContext): CertificateAlg {
  const alg = form.get('alg');
  if (alg !== 'RS256' && alg !== 'ES256') throw new AppError('invalid_input', 422);
  return alg;
}

const stepOf = ({ params }: PageContext) => {
  const step = Object.hasOwn(steps, params.step!) ? steps[params.step!] : undefined;
  if (!step) throw notFound();
  return step;
};

async function showCertificates(page: PageContext, samlEntityId = page.context.samlEntityId ?? '', refusal?: Refusal): Promise<void> {
  const [certificates, uses] = [await listCertificates(page.scope), await listCertificateUses(page.scope)];
  const applications = new Map(
    (await listApplicationsByIds(page.scope, [...new Set(uses.map(({ applicationId }) => applicationId))])).map((one) => [
      one.applicationId,
      one,
    ]),
  );
  // whom a rollover still waits for: the application's latest use decides
  const latest = new Map(
    uses
      .filter(({ owner }) => owner === 'ours')
      .reverse()
      .map((use) => [use.applicationId, use]),
  );
  const usersOf = (fingerprint: string) =>
    [...latest.values()]
      .filter((use) => use.fingerprint === fingerprint)
      .map((use) => ({ application: applications.get(use.applicationId)!, lastAt: use.lastAt }));
  const now = page.services.clock.now();
  renderPage(
    page,
    'admin-console/certificates/show',
    {
      contextVersion: (await getOwnContext(page.scope)).version,
      samlEntityId,
      address: page.context.url,
      certificates: certificates.map((one) => ({ ...one, users: usersOf(one.fingerprint), endsSoon: endsSoon(one.notAfter, now) })),
      metadataUrl: page.context.saml.metadataUrl,
      hasNext: (alg: string) => certificates.some((one) => one.alg === alg && one.status === 'published'),
    },
    { refusal },
  );
}

async function submitEntityId(page: PageContext): Promise<void> {
  const entityId = page.form.get('samlEntityId').trim();
  const done = await submitForm(
    page,
    () => changeOwnContext(page.scope, { samlEntityId: entityId || undefined }, shownVersion(page)).then(() => true),
    (refusal) => showCertificates(page, entityId, refusal),
  );
  if (done) redirectTo(page, at, 'entity_id_changed');
}

async function confirmStep(page: PageContext): Promise<void> {
  const { dangerous } = stepOf(page);
  const [fingerprint, alg] = [page.query('fingerprint'), page.query('alg')];
  if (page.params.step === 'publish' && alg !== 'RS256' && alg !== 'ES256') throw notFound();
  renderPage(page, 'admin-console/confirm', {
    question: `confirm.certificate_${page.params.step}`,
    name: fingerprint ? `${fingerprint.slice(0, 23)}…` : alg,
    hidden: { fingerprint, alg },
    action: `${at}/${page.params.step}`,
    back: at,
    dangerous,
  });
}

async function submitStep(page: PageContext): Promise<void> {
  await stepOf(page).run(page);
  redirectTo(page, at, `certificate_${page.params.step}`);
}
