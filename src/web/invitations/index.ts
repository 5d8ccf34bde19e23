// Owns: the pages on which an account begins: the invitation's link, registering oneself. Does not: sign anybody in: they lead on to the sign-in (web/sign-in).
import type { Route } from '../request/index.ts';
import { showActivation, submitActivation } from './activate.ts';
import { showDetails, showRegistration, submitDetails, submitRegistration } from './register.ts';

export const invitationRoutes: Route[] = [
  { method: 'GET', path: '/activate/:token', access: 'anyone', handle: (page) => showActivation(page) },
  { method: 'POST', path: '/activate/:token', access: 'anyone', handle: submitActivation },
  { method: 'GET', path: '/register', access: 'anyone', handle: (page) => showRegistration(page) },
  { method: 'POST', path: '/register', access: 'anyone', limit: 'registration', handle: submitRegistration },
  { method: 'GET', path: '/register/:token', access: 'anyone', handle: (page) => showDetails(page) },
  { method: 'POST', path: '/register/:token', access: 'anyone', handle: submitDetails },
];
