import type { Route } from '../../request/index.ts';
import { saveSimulated, sendSimulation, showSimulation } from './show.ts';
import { showApplicationForm, submitApplicationForm } from './try-application.ts';
import { showGroupForm, submitGroupForm } from './try-group.ts';

/** Before the routes of applications, whose last part may be any word. */
export const simulationRoutes: Route[] = [
  { method: 'GET', path: '/admin/simulations/:operation', access: 'administrator', handle: showSimulation },
  { method: 'GET', path: '/admin/simulations/:operation/file', access: 'administrator', handle: sendSimulation },
  { method: 'POST', path: '/admin/simulations/:operation/save', access: 'administrator', handle: saveSimulated },
  { method: 'GET', path: '/admin/groups/:group/simulate', access: 'administrator', handle: (page) => showGroupForm(page) },
  { method: 'POST', path: '/admin/groups/:group/simulate', access: 'administrator', handle: submitGroupForm },
  {
    method: 'GET',
    path: '/admin/applications/:application/simulate',
    access: 'administrator',
    handle: (page) => showApplicationForm(page),
  },
  { method: 'POST', path: '/admin/applications/:application/simulate', access: 'administrator', handle: submitApplicationForm },
];
