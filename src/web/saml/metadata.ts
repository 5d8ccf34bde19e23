import { listPublishedCertificates } from '../../domain/company/saml-certificates/index.ts';
import { derOf, writeIdpMetadata } from '../../platform/saml/index.ts';
import type { PageContext } from '../request/index.ts';
import type { SamlDirectory } from './saml-directory.ts';

const validMs = 7 * 24 * 3600 * 1000;

/** Signed, with every certificate that signs or soon will, so that a partner that reads it regularly never meets an unknown one. */
export async function showMetadata({ ctx, scope, context, services }: PageContext, directory: SamlDirectory): Promise<void> {
  const signer = await directory.signer(scope, context, 'rsa-sha256');
  const certificates = await listPublishedCertificates(scope);
  ctx.remove('set-cookie');
  ctx.set('content-type', 'application/samlmetadata+xml; charset=utf-8');
  ctx.set('cache-control', 'public, max-age=300');
  ctx.body = await writeIdpMetadata(
    {
      entityId: context.saml.entityId,
      certificates: certificates.map(({ certificate }) => derOf(certificate)),
      ssoUrl: context.saml.ssoUrl,
      sloUrl: context.saml.sloUrl,
      validUntil: new Date(services.clock.now().getTime() + validMs),
    },
    signer,
  );
}
