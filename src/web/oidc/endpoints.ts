import type { Methods } from '../../platform/http/index.ts';

// those that answer OPTIONS themselves are called by programs, scripts of other sites among them; people see the others
const document: Methods = ['GET', 'OPTIONS'];
const program: Methods = ['POST', 'OPTIONS'];

/**
 * The addresses of the protocol and what each takes: OpenID Connect Core §3.1.2.1 and §5.3.1, RP-Initiated Logout §2, RFC 6749 §3.2, RFC 7009 §2.1, RFC 7662 §2.1,
 * RFC 8414 §3.1, RFC 8628 §3.1, RFC 9126 §2. A test compares them with what the library answers.
 */
export const endpoints: Record<string, Methods> = {
  '/.well-known/openid-configuration': document,
  '/.well-known/oauth-authorization-server': document,
  '/oidc/jwks': document,
  '/oidc/authorize': ['GET', 'POST'],
  '/oidc/authorize/:uid': ['GET'],
  '/oidc/token': program,
  '/oidc/userinfo': ['GET', 'POST', 'OPTIONS'],
  '/oidc/introspect': program,
  '/oidc/revoke': program,
  '/oidc/par': program,
  '/oidc/device/authorize': program,
  '/oidc/device': ['GET', 'POST'],
  '/oidc/device/:uid': ['GET'],
  '/oidc/sign-out': ['GET', 'POST'],
  '/oidc/sign-out/confirm': ['POST'],
  '/oidc/sign-out/success': ['GET'],
};

// as the library compares paths: any case is taken
const patterns = Object.entries(endpoints).map(([path, methods]) => ({
  pattern: new RegExp(
    `^${path
      .replaceAll('.', '\\.')
      .replace(/:\w+/g, '[^/]+')
      .replace(/^\/oidc\/(.*)/, '/oidc/(?i:$1)')}$`,
  ),
  methods,
  path,
}));

/** Whether programs alone read the answer: it is JSON, whatever they accept (RFC 6749 §5.2). Java's HttpURLConnection, for one, asks for HTML first. */
export const isForPrograms = (path: string): boolean => endpointMethods(path)?.includes('OPTIONS') === true;

/** @param path inside the context. @returns undefined where there is no endpoint */
export const endpointMethods = (path: string): Methods | undefined => endpointAt(path)?.methods;

/** @returns what it takes, and its address as it stands in the list */
export const endpointAt = (path: string): { methods: Methods; path: string } | undefined =>
  patterns.find(({ pattern }) => pattern.test(path));

/** Whether a browser is led there, and somebody may look at the answer. @param path inside a context, or with it */
export function isForPeople(path: string): boolean {
  const begin = path.toLowerCase().indexOf('/oidc/');
  return begin >= 0 && endpointMethods(path.slice(begin))?.includes('OPTIONS') === false;
}
