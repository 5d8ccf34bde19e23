import type { Mend, MendPage } from '../../../domain/administration/explanations/index.ts';

/** Where each thing is mended. */
const paths: Record<MendPage, string> = {
  user: '/admin/users/:user',
  'user-edit': '/admin/users/:user/edit',
  'user-unblock': '/admin/users/:user/unblock',
  'user-reactivate': '/admin/users/:user/reactivate',
  'user-invitation': '/admin/users/:user/resend-invitation',
  'user-password': '/admin/users/:user/reset-password',
  'user-applications': '/admin/users/:user/applications/add',
  'user-second-factors': '/admin/users/:user/second-factors',
  'planned-deactivation': '/admin/users/:user/temporary-deactivation',
  users: '/admin/users?q=:search',
  application: '/admin/applications/:application',
  'application-edit': '/admin/applications/:application/edit',
  applications: '/admin/applications',
  certificates: '/admin/certificates',
  policy: '/admin/policy',
  'policy-override': '/admin/policy/overrides/:override',
  directory: '/admin/directories/:directory',
  'directory-entries': '/admin/directories/:directory/entries',
};

/** @returns the path inside the context */
export const mendPath = ({ page, params }: Mend): string =>
  paths[page].replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
