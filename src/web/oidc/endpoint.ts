import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { contentTag } from '../../platform/crypto/index.ts';
import { keepOpener, setSecurityHeaders } from '../../platform/http/index.ts';
import { clientOf, type ResolvedContext, type Services } from '../request/index.ts';
import type { ContextProvider } from './context-provider.ts';
import { isForPrograms } from './endpoints.ts';
import { refuseHeldBack } from './limit-secrets.ts';
import type { ProviderDirectory } from './provider-directory.ts';

/** Documents that are the same for everybody, with the library's names of their routes. */
const documentRoutes = new Map([
  ['/.well-known/openid-configuration', 'discovery'],
  ['/.well-known/oauth-authorization-server', 'discovery'],
  ['/oidc/jwks', 'jwks'],
]);
const cachedSeconds = 300;
/** Where an application sends a browser to, and from where it gets it back. */
const ofRequest = /^\/oidc\/authorize(\/|$)/i;

/** Serves the protocol's endpoints of one context; returns false for paths that are not its own. */
export function createOidcEndpoint(services: Services, providers: ProviderDirectory) {
  return async (request: IncomingMessage, response: ServerResponse, context: ResolvedContext, path: string): Promise<boolean> => {
    const document = documentRoutes.get(path);
    if (!document && (!path.startsWith('/oidc/') || path.startsWith('/oidc/interaction/'))) return false;
    setSecurityHeaders(response, context.isSecure);
    if (ofRequest.test(path)) keepOpener(response);
    if (refuseHeldBack(services, context, request, response, path)) return true;
    // RFC 6749 §5.1, for caches of HTTP/1.0; documents are for everybody
    if (isForPrograms(path) && !document) response.setHeader('pragma', 'no-cache');
    const op = await providers.get(context);
    const known =
      document && isRead(request) ? (op.caches.documents.get(op.keyOf(document)) ?? (await makeDocument(op, document))) : undefined;
    if (known) sendDocument(request, response, known);
    else {
      enterLibrary(op, request, document === 'discovery' ? '/.well-known/openid-configuration' : path);
      await op.handle(request, response);
    }
    return true;
  };
}

const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD';

/** Asks the library for a document in nobody's name, so that the first reader is answered as all others. @returns undefined when it could not be made */
async function makeDocument(op: ContextProvider, document: string): Promise<Buffer | undefined> {
  const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET' });
  const [path] = [...documentRoutes].find(([, name]) => name === document)!;
  request.url = path;
  enterLibrary(op, request, path);
  await op.handle(request, new ServerResponse(request));
  return op.caches.documents.peek(op.keyOf(document));
}

/** Tells the library what it is to believe of a request. @param inside path below the context's address */
function enterLibrary({ services, context }: ContextProvider, request: IncomingMessage, inside: string): void {
  // whatever a proxy or a caller wrote here is not believed (law 3)
  request.headers.host = context.host;
  request.headers['x-forwarded-host'] = context.host;
  request.headers['x-forwarded-proto'] = context.isSecure ? 'https' : 'http';
  const address = clientOf(services, request).ip;
  request.headers['x-forwarded-for'] = address;
  if (isForPrograms(inside)) request.headers.accept = 'application/json';
  const query = request.url!.indexOf('?');
  const target = inside + (query < 0 ? '' : request.url!.slice(query));
  (request as IncomingMessage & { originalUrl?: string }).originalUrl = context.mount + target;
  request.url = target;
}

/** With 304 if the caller has it already (RFC 9110 §13.1.2). */
function sendDocument(request: IncomingMessage, response: ServerResponse, document: Buffer): void {
  const tag = `"${contentTag(document)}"`;
  const tags = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  const isKnown = tags.includes(tag) || tags.includes('*');
  response.writeHead(isKnown ? 304 : 200, {
    ...(isKnown ? {} : { 'content-type': 'application/json; charset=utf-8', 'content-length': document.length }),
    etag: tag,
    'cache-control': `public, max-age=${cachedSeconds}`,
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  });
  response.end(isKnown || request.method === 'HEAD' ? undefined : document);
}
