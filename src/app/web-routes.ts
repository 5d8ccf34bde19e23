import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setSecurityHeaders } from '../platform/http/index.ts';
import type { Mailbox } from '../platform/mail/index.ts';
import { accountRoutes } from '../web/account/index.ts';
import { addressChangeRoutes } from '../web/address-changes/index.ts';
import { adminConsoleRoutes } from '../web/admin-console/index.ts';
import { brandingRoutes } from '../web/branding/index.ts';
import type { Health } from '../web/health/index.ts';
import { invitationRoutes } from '../web/invitations/index.ts';
import { keptMailRoutes } from '../web/kept-mails/index.ts';
import { launchpadRoutes } from '../web/launchpad/index.ts';
import { createOidcEndpoint, interactionRoutes, type ProviderDirectory } from '../web/oidc/index.ts';
import { recoveryRoutes } from '../web/recovery/index.ts';
import type { Route, Services } from '../web/request/index.ts';
import { type SamlDirectory, samlRoutes } from '../web/saml/index.ts';
import { signInRoutes } from '../web/sign-in/index.ts';

/** Every page there is. */
export const pageRoutes = (providers: ProviderDirectory, saml: SamlDirectory, mailbox?: Mailbox): Route[] => [
  ...(mailbox ? keptMailRoutes(mailbox) : []),
  ...signInRoutes,
  ...recoveryRoutes,
  ...invitationRoutes,
  ...addressChangeRoutes,
  ...brandingRoutes,
  ...interactionRoutes(providers),
  ...samlRoutes(saml),
  ...launchpadRoutes,
  ...accountRoutes,
  ...adminConsoleRoutes,
];

type FrontDoor = { services: Services; providers: ProviderDirectory; health: Health; pages: RequestListener; isSecure: boolean };

// RFC 8414 §3.1 puts the well-known part between host and path
const insertedWellKnown = /^\/\.well-known\/(oauth-authorization-server|openid-configuration)\/([a-z0-9-]{1,63})\/?$/;

/** Sends each request to health, to a protocol or to the pages. Nothing that a caller sends makes it throw. */
export function createFrontDoor({ services, providers, health, pages, isSecure }: FrontDoor) {
  const oidc = createOidcEndpoint(providers);

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let path = pathOf(request.url ?? '/');
    if (path === undefined) return refuse(response, 400);
    if (await health.handle(request, response, path)) return;
    const inserted = insertedWellKnown.exec(path);
    if (inserted) path = `/${inserted[2]}/.well-known/${inserted[1]}`;
    if (/\/(oidc|\.well-known)\//.test(path)) {
      const found = await services.contexts.resolve(request.headers.host ?? '', path);
      if (found) {
        health.observe(response, path.split('/').at(-1) === 'authorize' ? 'authorize' : 'oidc');
        if (await oidc(request, response, found.context, found.path)) return;
      }
    }
    health.observe(response, path.startsWith('/assets/') ? 'asset' : 'page');
    setSecurityHeaders(response, isSecure);
    pages(request, response);
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    route(request, response).catch((error) => {
      services.log.error({ err: error, path: request.url?.split('?')[0] }, 'a request failed at the door');
      if (response.headersSent) response.destroy();
      else refuse(response, 503);
    });
  };
}

function refuse(response: ServerResponse, status: number): void {
  setSecurityHeaders(response, false);
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...(status === 503 ? { 'retry-after': '2' } : {}) });
  response.end(status === 503 ? 'Temporarily unavailable\n' : 'Bad request\n');
}

/** The path of an origin-form target, or undefined when it is no path we could answer (RFC 9112 §3.2). */
function pathOf(target: string): string | undefined {
  if (!target.startsWith('/') || target.startsWith('//') || target.includes('\\')) return undefined;
  const path = target.split('?', 1)[0]!;
  try {
    if (path.includes('%')) decodeURIComponent(path);
    return path;
  } catch {
    return undefined;
  }
}
