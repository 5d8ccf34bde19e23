import { listPublishedCertificates } from '../../domain/company/saml-certificates/index.ts';
import { addSeconds, readDuration } from '../../platform/clock/index.ts';
import { contentTag } from '../../platform/crypto/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { derOf, writeIdpMetadata } from '../../platform/saml/index.ts';
import type { SamlPage } from './saml-context.ts';

/** How long an answer may be kept on its way; a document with a term is the same for as long. */
const maxAgeSeconds = 300;
const shortestSeconds = 3600;
const longestSeconds = 365 * 24 * 3600;

/**
 * Signed, with every certificate that signs or soon will, so that a partner that reads it regularly never meets an unknown one. It says no `validUntil`
 * (metadata §2.3.2 makes it optional): most partners are given a copy, which has to last. `?validity=PT12H` gives those one that ask regularly.
 */
export async function showMetadata({ ctx, scope, services, saml }: SamlPage): Promise<void> {
  const validity = ctx.query.validity === undefined ? undefined : readValidity(ctx.query.validity);
  const signer = await saml.metadataSigner(scope);
  const certificates = await listPublishedCertificates(scope);
  const now = services.clock.now();
  const since = new Date(now.getTime() - (now.getTime() % (maxAgeSeconds * 1000)));
  const body = await writeIdpMetadata(
    {
      entityId: saml.entityId,
      certificates: certificates.map(({ certificate }) => derOf(certificate)),
      ssoUrl: saml.ssoUrl,
      sloUrl: saml.sloUrl,
      artifactUrl: saml.artifactUrl,
      term:
        validity === undefined ? undefined : { validUntil: addSeconds(since, validity), cacheSeconds: Math.min(validity / 4, 6 * 3600) },
    },
    signer,
  );
  ctx.remove('set-cookie');
  ctx.remove('vary'); // the same for everybody
  ctx.set('content-type', 'application/samlmetadata+xml; charset=utf-8');
  ctx.set('cache-control', `public, max-age=${maxAgeSeconds}`);
  ctx.status = 200; // koa takes nothing else for fresh
  ctx.etag = contentTag(body);
  if (ctx.fresh) ctx.status = 304;
  else ctx.body = body;
}

/** @returns seconds @throws AppError metadata_validity */
function readValidity(given: string | string[]): number {
  const seconds = typeof given === 'string' ? readDuration(given) : undefined;
  if (seconds === undefined || seconds < shortestSeconds || seconds > longestSeconds) throw new AppError('metadata_validity', 400);
  return seconds;
}
