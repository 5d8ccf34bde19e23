import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  answerByMethod,
  followInside,
  type Methods,
  type RequestLog,
  readTarget,
  sendFault,
  setSecurityHeaders,
  tidyPaths,
  type Upgrades,
  wholeServer,
} from '../platform/http/index.ts';
import { noteInLog } from '../platform/log/index.ts';
import type { Mailbox } from '../platform/mail/index.ts';
import { accountRoutes } from '../web/account/index.ts';
import { addressChangeRoutes } from '../web/address-changes/index.ts';
import { adminConsoleRoutes } from '../web/admin-console/index.ts';
import { brandingRoutes } from '../web/branding/index.ts';
import type { Health } from '../web/health/index.ts';
import type { HostFiles } from '../web/host/index.ts';
import { invitationRoutes } from '../web/invitations/index.ts';
import { keptMailRoutes } from '../web/kept-mails/index.ts';
import { launchpadRoutes } from '../web/launchpad/index.ts';
import {
  cookiesOfWaiting,
  createOidcEndpoint,
  endpointAt,
  interactionRoutes,
  isForPeople,
  type ProviderDirectory,
  protectedResourceRoutes,
} from '../web/oidc/index.ts';
import { recoveryRoutes } from '../web/recovery/index.ts';
import { isOfPrograms, type PageRouter, type Route, type Services, sendUnavailable } from '../web/request/index.ts';
import { type SamlDirectory, samlRoutes } from '../web/saml/index.ts';
import { signInRoutes } from '../web/sign-in/index.ts';
import type { SmartSync } from '../web/smartsync/index.ts';

/** Every page there is. */
export const pageRoutes = (providers: ProviderDirectory, saml: SamlDirectory, mailbox?: Mailbox): Route[] => [
  ...(mailbox ? keptMailRoutes(mailbox) : []),
  ...signInRoutes,
  ...recoveryRoutes,
  ...invitationRoutes,
  ...addressChangeRoutes,
  ...brandingRoutes,
  ...interactionRoutes(providers),
  ...protectedResourceRoutes,
  ...samlRoutes(saml),
  ...launchpadRoutes,
  ...accountRoutes,
  ...adminConsoleRoutes,
];

type FrontDoor = {
  services: Services;
  providers: ProviderDirectory;
  health: Health;
  hostFiles: HostFiles;
  smartSync: SmartSync;
  router: PageRouter;
  pages: RequestListener;
  requestLog: RequestLog;
  isSecure: boolean;
};

/** Something that answers at an address: what it takes, and how. `kind` is its name in the figures of health, which leave health itself out. */
type Place = {
  methods: Methods;
  serve: RequestListener | ((...request: Parameters<RequestListener>) => Promise<unknown>);
  kind?: string;
  /** Its address for the log: a pattern, in which nothing of the caller stands. */
  path: string;
  company?: string;
};

const onlyGet: Methods = ['GET'];

// RFC 8414 §3.1 puts the well-known part between host and path
const insertedWellKnown = /^\/\.well-known\/(oauth-authorization-server|openid-configuration)\/([a-z0-9-]{1,63})$/;

const kindOfEndpoint = (path: string): string =>
  path === '/oidc/token' ? 'token' : path.startsWith('/oidc/authorize') ? 'authorize' : 'oidc';

/** By what it takes: to sign somebody in costs more than to show a page. */
function kindOfPage(method: string, path: string): string {
  if (path.startsWith('/saml/')) return 'saml';
  if (method === 'POST' && path.startsWith('/sign-in/')) return 'sign-in';
  return path === '/launchpad' ? 'launchpad' : 'page';
}

/** Sends each request to health, to a protocol or to the pages. Nothing that a caller sends makes it throw. */
export function createFrontDoor({ services, providers, health, hostFiles, smartSync, router, pages, requestLog, isSecure }: FrontDoor) {
  const oidc = createOidcEndpoint(services, providers);

  /** What answers at the path; methods and other spellings of it are judged by this alone. */
  async function find(method: string, host: string, asked: string): Promise<Place | undefined> {
    if (health.has(asked)) return { path: asked, methods: onlyGet, serve: (request, response) => health.handle(request, response, asked) };
    if (services.assets.has(asked)) return { path: asked, methods: onlyGet, serve: pages, kind: 'asset' };
    const inserted = insertedWellKnown.exec(asked);
    const path = inserted ? `/${inserted[2]}/.well-known/${inserted[1]}` : asked;
    const found = await services.contexts.resolve(host, path);
    const at = (pattern: string) => ({ path: `${found?.context.mount ?? ''}${pattern}`, company: found?.context.code });
    const endpoint = found && endpointAt(found.path);
    if (endpoint) {
      return {
        ...at(endpoint.path),
        methods: endpoint.methods,
        kind: kindOfEndpoint(found.path),
        serve: (request, response) => oidc(request, response, found.context, found.path),
      };
    }
    const ofAgents = found && smartSync.methodsAt(found.path);
    if (ofAgents)
      return {
        ...at(found.path),
        methods: ofAgents,
        kind: 'smartsync',
        serve: (request, response) => smartSync.handle(request, response, found.context, found.path),
      };
    const page = found && (found.path === '' ? { methods: onlyGet, pattern: '' } : router.find(found.path));
    if (page) return { ...at(page.pattern), methods: page.methods, serve: pages, kind: kindOfPage(method, found.path) };
    const file = hostFiles.find(asked);
    if (file) return { path: asked, methods: onlyGet, serve: file };
    return asked === '/' ? { path: asked, methods: onlyGet, serve: pages } : undefined;
  }

  /** The address that a path with doubled slashes or one at its end leads to. */
  async function findTidied(host: string, path: string): Promise<string | undefined> {
    for (const candidate of tidyPaths(path)) if (await find('GET', host, candidate)) return candidate;
    return undefined;
  }

  /** For an unknown address only the company is logged: the rest may be a link that somebody copied incompletely. */
  async function noteUnknown(host: string, path: string): Promise<void> {
    const found = await services.contexts.resolve(host, path);
    noteInLog({ path: `${found?.context.mount ?? ''}/…`, company: found?.context.code });
  }

  /** What a browser would have asked for next, as one that has the cookies for it. */
  async function routeInside(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!.split('?')[0]!;
    const found = await services.contexts.resolve(request.headers.host ?? '', path);
    const cookies = found && (await cookiesOfWaiting(providers, found.context, found.path));
    // before the browser's own, as the first of a name is read: what a neighbouring host planted is not
    if (cookies) request.headers.cookie = `${cookies}; ${request.headers.cookie}`;
    const place = await find('GET', request.headers.host ?? '', path);
    setSecurityHeaders(response, isSecure);
    if (place) await place.serve(request, response);
    else pages(request, response);
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = readTarget(request);
    if (path === undefined) return refuseTarget(response);
    const host = request.headers.host ?? '';
    const place: Place | undefined =
      path === wholeServer ? { path, methods: ['GET', 'POST'], serve: pages } : await find(request.method ?? '', host, path);
    const kind = place ? place.kind : 'page';
    if (place) noteInLog({ path: place.path, company: place.company, isQuiet: kind === 'asset' || health.has(path) });
    else await noteUnknown(host, path);
    if (kind) health.observe(response, kind);
    setSecurityHeaders(response, isSecure);
    if (place) {
      const showRefusal =
        place.serve === pages && kind !== 'asset' && kind && !path.includes('/.well-known/oauth-')
          ? () => pages(request, response)
          : undefined;
      if (!answerByMethod(request, response, place.methods, showRefusal)) await place.serve(request, response);
      return;
    }
    const tidied = await findTidied(host, path);
    // to ourselves, whatever stands in the path: it begins with one slash
    if (tidied) return void response.writeHead(308, { location: tidied + request.url!.slice(path.length) }).end();
    if (isOfPrograms(path)) return sendFault(response, 404, 'not_found', 'There is nothing at this address.');
    pages(request, response);
  }

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const serve = async (work: Promise<void>): Promise<void> => {
      try {
        await work;
      } catch (error) {
        services.log.error({ err: error }, 'a request failed at the door');
        if (response.headersSent) response.destroy();
        else sendUnavailable(services, request, response, isForPeople(request.url?.split('?')[0] ?? ''));
      }
    };
    requestLog.follow(request, response, () => {
      followInside(request, response, (next) => void serve(routeInside(next, response)));
      void serve(route(request, response));
    });
  };

  const upgrades: Upgrades = {
    async take(request, socket, head) {
      const path = readTarget(request);
      const isWebSocket = request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket';
      const found = isWebSocket && path ? await services.contexts.resolve(request.headers.host ?? '', path) : undefined;
      if (!found || !smartSync.isConnection(found.path)) return false;
      const at = { company: found.context.code, path: `${found.context.mount}${found.path}` };
      requestLog.followUpgrade(request, at, () => smartSync.connect(request, socket, head, found.context));
      return true;
    },
    close: () => smartSync.close(),
  };

  return { handle, upgrades };
}

function refuseTarget(response: ServerResponse): void {
  setSecurityHeaders(response, false);
  response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' }).end('Bad request\n');
}
