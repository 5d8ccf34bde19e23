import type { MailPage } from '../domain/company/mails/index.ts';
import type { LinkedPage } from '../web/request/index.ts';

/** The route of every page that mails, jobs and other slices lead to, by its name. A test walks it against the table of routes. */
export const pagePaths = {
  account: '/account',
  'own-password': '/account/password',
  administration: '/admin',
  applications: '/admin/applications',
  application: '/admin/applications/:application',
  'application-edit': '/admin/applications/:application/edit',
  certificates: '/admin/certificates',
  policy: '/admin/policy',
  'policy-override': '/admin/policy/overrides/:override',
  users: '/admin/users',
  user: '/admin/users/:user',
  'user-edit': '/admin/users/:user/edit',
  'user-unblock': '/admin/users/:user/unblock',
  'user-reactivate': '/admin/users/:user/reactivate',
  'user-invitation': '/admin/users/:user/resend-invitation',
  'user-password': '/admin/users/:user/reset-password',
  'user-applications': '/admin/users/:user/applications/add',
  'user-second-factors': '/admin/users/:user/second-factors',
  'planned-deactivation': '/admin/users/:user/temporary-deactivation',
  settings: '/admin/settings',
  directory: '/admin/directories/:directory',
  'directory-entries': '/admin/directories/:directory/entries',
  export: '/admin/exports/:token',
  recovery: '/recovery/:token',
  'recovery-request': '/recovery',
  invitation: '/activate/:token',
  registration: '/register/:token',
  'registration-request': '/register',
  'email-change': '/email-change/:token',
  'email-confirm': '/email-confirm/:token',
  'recovery-email': '/recovery-email/:token',
  launchpad: '/launchpad',
  'application-start': '/launchpad/open/:application',
  'application-logo': '/logos/:application',
  'person-photo': '/photos/:user',
  'sign-in-start': '/sign-in',
  'sign-in': '/sign-in/:request',
  'sign-out': '/sign-out',
  language: '/language',
  theme: '/theme',
  'api-metadata': '/.well-known/oauth-protected-resource/:api',
  'single-logout': '/saml/logout/:logout',
  'saml-launch': '/saml/launch/:application',
  'saml-sign-on': '/saml/sso',
  'saml-logout': '/saml/slo',
  'saml-artifact': '/saml/artifact',
  'saml-metadata': '/saml/metadata',
  'company-logo': '/branding/logo',
  'company-colors': '/branding/colors.css',
} as const satisfies Record<(MailPage | LinkedPage)['page'], string>;

/** @returns the path inside the context */
export function pathOf({ page, ...params }: MailPage | LinkedPage): string {
  const given: Record<string, string> = params;
  return pagePaths[page].replace(/:(\w+)/g, (_, name: string) => given[name]!);
}
