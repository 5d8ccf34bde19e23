import { getApi } from '../../domain/applications/apis/index.ts';
import type { PageContext, Route } from '../request/index.ts';

const cachedSeconds = 300;

/** RFC 9728: the metadata of an API. It may refer to it by `resource_metadata` (§5.1), or publish a copy at its own address (§3). */
export const protectedResourceRoutes: Route[] = [
  { method: 'GET', path: '/.well-known/oauth-protected-resource/:api', access: 'anyone', handle: showProtectedResource },
];

async function showProtectedResource({ ctx, scope, context, params }: PageContext): Promise<void> {
  const { identifier, name, scopes } = await getApi(scope, params.api!);
  ctx.remove('set-cookie');
  ctx.remove('vary'); // the same for everybody
  ctx.set('content-type', 'application/json; charset=utf-8');
  ctx.set('cache-control', `public, max-age=${cachedSeconds}`);
  ctx.set('access-control-allow-origin', '*');
  ctx.set('cross-origin-resource-policy', 'cross-origin');
  ctx.body = JSON.stringify({
    resource: identifier,
    resource_name: name,
    authorization_servers: [context.url],
    scopes_supported: scopes.map((one) => one.name),
    bearer_methods_supported: ['header'],
  });
}
