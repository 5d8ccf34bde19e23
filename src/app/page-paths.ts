import type { MailPage } from '../domain/company/mails/index.ts';
import type { LinkedPage } from '../web/request/index.ts';

/** The route of every page that mails, jobs and other slices lead to, by its name. A test walks it against the table of routes. */
export const pagePaths = {
  account: '/account',
  'own-password': '/account/password',
  administration: '/admin',
  application: '/admin/applications/:application',
  'application-edit': '/admin/applications/:application/edit',
  certificates: '/admin/certificates',
  policy: '/admin/policy',
  users: '/admin/users',
  settings: '/admin/settings',
  directory: '/admin/directories/:directory',
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
  'sign-in-start': '/sign-in',
  'sign-in': '/sign-in/:request',
  'sign-out': '/sign-out',
  language: '/language',
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
