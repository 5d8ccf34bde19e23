import { isTraced, recordExchange } from '../../domain/applications/traces/index.ts';
import { type Claim, readClaim, redactMessage, type SamlFault, showEscapes } from '../../platform/saml/index.ts';
import type { SamlPage } from './saml-context.ts';

/** Of a message that was refused before anybody knew whose it is. `nearest` is the registered name that it has, or nearly has. */
export type Claimed = Claim & { parameter: string; binding: string; nearest?: string };

const parameters = ['SAMLRequest', 'SAMLResponse'] as const;

/** It is help for administrators: that it cannot be found out changes no answer. @param soap the envelope, where it came in one */
export const findClaim = (page: SamlPage, soap?: Buffer): Promise<Claimed | undefined> =>
  readOwnClaim(page, soap).catch((error) => {
    page.services.log.error({ err: error }, 'the claim of a refused message could not be read');
    return undefined;
  });

async function readOwnClaim({ ctx, form, scope, saml }: SamlPage, soap?: Buffer): Promise<Claimed | undefined> {
  const isPost = ctx.method === 'POST';
  const sent = isPost ? form : new URLSearchParams(ctx.querystring);
  const parameter = soap ? 'SAMLRequest' : parameters.find((name) => sent.get(name));
  const claim = parameter && (await readClaim(soap?.toString() ?? sent.get(parameter)!));
  const binding = soap ? 'SOAP' : isPost ? 'HTTP-POST' : 'HTTP-Redirect';
  return claim && { ...claim, parameter, binding, nearest: await saml.nearestPartner(scope, claim.issuer) };
}

/** What the audit says of it; nothing where the name is the one that the rule has named, and no other is like it. */
export const describeClaim = (claimed: Claimed | undefined): Record<string, string | undefined> =>
  claimed ? { claims: showEscapes(claimed.issuer), nearest: claimed.nearest === claimed.issuer ? undefined : claimed.nearest } : {};

/**
 * Shows the message in the trace of the application that it claims to be, or nearly, marked as a claim.
 * After the answer has left: how long that took must not say who is a partner here.
 */
export function traceClaim(page: SamlPage, claimed: Claimed | undefined, { rule }: SamlFault): void {
  const { ctx, scope, services, saml } = page;
  if (!claimed?.nearest) return;
  const { issuer, nearest, parameter, binding, excerpt } = claimed;
  const record = async () => {
    const application = await saml.findPartner(scope, nearest);
    if (!application || !isTraced(application, services.clock.now())) return;
    const content = () => `${binding}\n\n${redactMessage(excerpt)}`;
    const claimedIssuer = showEscapes(issuer);
    await recordExchange(scope, application, {
      protocol: 'saml',
      direction: 'received',
      name: parameter,
      reason: rule,
      unprovenFrom: scope.actor.ip ?? '',
      claimedIssuer,
      content,
    });
  };
  ctx.res.once('close', () => {
    record().catch((error) => services.log.error({ err: error }, 'a trace could not be written'));
  });
}
