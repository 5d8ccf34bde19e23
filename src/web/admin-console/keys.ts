import { listSigningKeys, rotateSigningKeys } from '../../domain/company/signing-keys/index.ts';
import { type PageContext, type Route, renderPage } from '../request/index.ts';
import { redirectTo } from './submit.ts';

export const keyRoutes: Route[] = [
  { method: 'GET', path: '/admin/keys', access: 'administrator', handle: showKeys },
  { method: 'GET', path: '/admin/keys/rotate', access: 'administrator', handle: confirmRotation },
  { method: 'POST', path: '/admin/keys/rotate', access: 'administrator', handle: submitRotation },
];

async function showKeys(page: PageContext): Promise<void> {
  renderPage(page, 'admin-console/keys/show', { keys: await listSigningKeys(page.scope), jwksUri: `${page.context.url}/oidc/jwks` });
}

async function confirmRotation(page: PageContext): Promise<void> {
  const signing = (await listSigningKeys(page.scope)).filter(({ status }) => status === 'signing');
  renderPage(page, 'admin-console/confirm', {
    question: 'confirm.rotate_keys',
    hidden: { signing: signing.map(({ kid }) => kid).join(' ') },
    action: '/admin/keys/rotate',
    back: '/admin/keys',
  });
}

async function submitRotation(page: PageContext): Promise<void> {
  await rotateSigningKeys(page.scope, page.form.get('signing').split(' '));
  redirectTo(page, '/admin/keys', 'keys_rotated');
}
