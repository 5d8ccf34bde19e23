import { listPublishedCertificates } from '../../domain/company/saml-certificates/index.ts';
import { derOf, writeIdpMetadata } from '../../platform/saml/index.ts';
import type { SamlPage } from './saml-context.ts';

const validMs = 7 * 24 * 3600 * 1000;

/** Signed, with every certificate that signs or soon will, so that a partner that reads it regularly never meets an unknown one. */
export async function showMetadata({ ctx, scope, services, saml }: SamlPage): Promise<void> {
  const signer = await saml.signer(scope, 'rsa-sha256');
  const certificates = await listPublishedCertificates(scope);
  ctx.remove('set-cookie');
  ctx.set('content-type', 'application/samlmetadata+xml; charset=utf-8');
  ctx.set('cache-control', 'public, max-age=300');
  ctx.body = await writeIdpMetadata(
    {
      entityId: saml.entityId,
      certificates: certificates.map(({ certificate }) => derOf(certificate)),
      ssoUrl: saml.ssoUrl,
      sloUrl: saml.sloUrl,
      validUntil: new Date(services.clock.now().getTime() + validMs),
    },
    signer,
  );
}
