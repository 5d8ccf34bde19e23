import type { KoaContextWithOIDC } from 'oidc-provider';
import { type Application, describeSetup, findApplicationByClientId } from '../../domain/applications/applications/index.ts';
import { countRefusal, type OidcReason } from '../../domain/records/refusals/index.ts';
import type { Scope } from '../../domain/scope.ts';
import type { ContextProvider } from './context-provider.ts';
import type { Refusal } from './refusal-reason.ts';

/** Of one request: why, what the library said of it, and in whose name it is counted. */
type Refused = { ctx: KoaContextWithOIDC; reason: OidcReason; refusal: Refusal; scope: Scope; supportCode?: string };

const counted = new WeakSet<KoaContextWithOIDC>();

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value.slice(0, 500) : undefined);

/** The application that a refused request names, even if it is disabled: the library doesn't know it then, but the administrator has to see it. */
export async function findNamed({ services }: ContextProvider, scope: Scope, ctx: KoaContextWithOIDC): Promise<Application | undefined> {
  const clientId = clientIdOf(ctx);
  if (!clientId) return undefined;
  return findApplicationByClientId(scope, clientId).catch((error) => {
    services.log.error({ err: error }, 'the application of a refused request could not be found');
    return undefined;
  });
}

/** Nobody has proven it: an authorization request, a body or a header says so. */
export function clientIdOf(ctx: KoaContextWithOIDC): string {
  const named =
    ctx.oidc?.client?.clientId ?? ctx.oidc?.params?.client_id ?? basicUser(ctx.get('authorization')) ?? ctx.query?.client_id ?? '';
  return String(named).slice(0, 200).replaceAll('\0', '').toWellFormed();
}

/** RFC 6749 §2.3.1. */
export function basicUser(authorization: string): string | undefined {
  const [, encoded] = /^basic ([\w+/=]+)$/i.exec(authorization) ?? [];
  const [, name] = /^([^:]*):/.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? [];
  try {
    return name && decodeURIComponent(name.replace(/\+/g, '%20'));
  } catch {
    return undefined;
  }
}

/**
 * Counts a refusal once for each request. That it cannot be counted changes no answer.
 * @returns the support code that leads to its event, of an earlier one of the same hour where there was one
 */
export async function countRefused(
  op: ContextProvider,
  { ctx, reason, refusal, scope, supportCode }: Refused,
  application: Application | undefined,
): Promise<string | undefined> {
  if (counted.has(ctx)) return undefined;
  counted.add(ctx);
  const { error, description, detail } = refusal;
  try {
    const event = await countRefusal(scope, {
      type: 'authorization.failed',
      applicationId: application?.applicationId,
      reason: application?.enabled === false ? 'application-disabled' : reason,
      supportCode,
      details: {
        application: application?.name,
        client_id: clientIdOf(ctx) || undefined,
        endpoint: ctx.oidc?.route,
        description: [error, description, detail].filter(Boolean).join(': '),
        redirect_uri: text(ctx.oidc?.params?.redirect_uri),
        facts: application && describeSetup(application),
      },
    });
    return event.supportCode;
  } catch (cause) {
    op.services.log.error({ err: cause, supportCode }, 'a refused request could not be counted');
    return undefined;
  }
}
