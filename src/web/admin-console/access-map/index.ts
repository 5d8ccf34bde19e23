import type { Route } from '../../request/index.ts';
import { confirmExport, showApplicationMap, submitExport } from './application.ts';
import { showLaunchpadOf } from './launchpad.ts';
import { sendPersonMap, showPersonMap } from './person.ts';

/** Before the routes of applications and people, whose last part may be any word. */
export const accessMapRoutes: Route[] = [
  { method: 'GET', path: '/admin/applications/:application/access', access: 'administrator', handle: showApplicationMap },
  { method: 'GET', path: '/admin/applications/:application/access/export', access: 'administrator', handle: confirmExport },
  { method: 'POST', path: '/admin/applications/:application/access/export', access: 'administrator', handle: submitExport },
  { method: 'GET', path: '/admin/users/:user/access', access: 'administrator', handle: showPersonMap },
  { method: 'GET', path: '/admin/users/:user/access/file', access: 'administrator', handle: sendPersonMap },
  { method: 'GET', path: '/admin/users/:user/view-launchpad', access: 'administrator', handle: showLaunchpadOf },
];
