import type { IncomingMessage, ServerResponse } from 'node:http';
import { setSecurityHeaders } from '../../platform/http/index.ts';
import { clientOf, type ResolvedContext, type Services } from '../request/index.ts';
import type { ProviderDirectory } from './provider-directory.ts';

const discoveryPaths = new Set(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']);
const cachedSeconds = 300;

type Cached = { version: object; body: string };

/** Serves the protocol's endpoints of one context; returns false for paths that are not its own. */
export function createOidcEndpoint(services: Services, providers: ProviderDirectory) {
  const documents = new Map<string, Cached>();

  return async (request: IncomingMessage, response: ServerResponse, context: ResolvedContext, path: string): Promise<boolean> => {
    const isDiscovery = discoveryPaths.has(path);
    if (!isDiscovery && (!path.startsWith('/oidc/') || path.startsWith('/oidc/interaction/'))) return false;
    setSecurityHeaders(response, context.isSecure);
    const { provider, handle } = await providers.get(context);
    if ((isDiscovery || path === '/oidc/jwks') && (request.method === 'GET' || request.method === 'HEAD')) {
      const cached = documents.get(`${context.contextId} ${path}`);
      if (cached?.version === provider) {
        sendDocument(request, response, cached.body);
        return true;
      }
      keepDocument(response, (body) => documents.set(`${context.contextId} ${path}`, { version: provider, body }));
    }
    // whatever a proxy or a caller wrote here is not believed (S-law 3)
    request.headers.host = context.host;
    request.headers['x-forwarded-host'] = context.host;
    request.headers['x-forwarded-proto'] = context.isSecure ? 'https' : 'http';
    request.headers['x-forwarded-for'] = clientOf(services, request).ip;
    const query = request.url!.indexOf('?');
    const inside = (isDiscovery ? '/.well-known/openid-configuration' : path) + (query < 0 ? '' : request.url!.slice(query));
    (request as IncomingMessage & { originalUrl?: string }).originalUrl = context.mount + inside;
    request.url = inside;
    await handle(request, response);
    return true;
  };
}

function sendDocument(request: IncomingMessage, response: ServerResponse, body: string): void {
  response.writeHead(200, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': `public, max-age=${cachedSeconds}`,
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The provider's first answer is kept: the same bytes are served until the provider is built anew. */
function keepDocument(response: ServerResponse, keep: (body: string) => void): void {
  const end = response.end.bind(response);
  response.end = ((chunk?: unknown, ...rest: unknown[]) => {
    if (response.statusCode === 200 && (typeof chunk === 'string' || Buffer.isBuffer(chunk)) && chunk.length > 0) keep(chunk.toString());
    return (end as (...args: unknown[]) => ServerResponse)(chunk, ...rest);
  }) as typeof response.end;
}
