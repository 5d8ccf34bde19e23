import type { Route } from '../../request/index.ts';
import { showApplicationChoice, showApplicationForm, submitApplication, submitRefusal } from './applications.ts';
import { confirmDeletion, showEdit, showNew, submitDeletion, submitEdit, submitNew } from './edit.ts';
import { showScope, submitGrant, submitWithdrawal } from './scopes.ts';
import { exportApi, showApi, showApis } from './show.ts';

const at = '/admin/apis';
const one = `${at}/:api`;
const largest = 300_000;

export const apiRoutes: Route[] = [
  { method: 'GET', path: at, access: 'administrator', handle: showApis },
  { method: 'GET', path: `${at}/new`, access: 'administrator', handle: showNew },
  { method: 'POST', path: `${at}/new`, access: 'administrator', handle: submitNew, maxBytes: largest },
  { method: 'GET', path: one, access: 'administrator', handle: showApi },
  { method: 'GET', path: `${one}/edit`, access: 'administrator', handle: showEdit },
  { method: 'POST', path: `${one}/edit`, access: 'administrator', handle: submitEdit, maxBytes: largest },
  { method: 'GET', path: `${one}/delete`, access: 'administrator', handle: confirmDeletion },
  { method: 'POST', path: `${one}/delete`, access: 'administrator', handle: submitDeletion },
  { method: 'GET', path: `${one}/export`, access: 'administrator', handle: exportApi },
  { method: 'GET', path: `${one}/scope`, access: 'administrator', handle: (page) => showScope(page) },
  { method: 'POST', path: `${one}/scope`, access: 'administrator', handle: submitGrant },
  { method: 'POST', path: `${one}/scope/withdraw`, access: 'administrator', handle: submitWithdrawal },
  { method: 'GET', path: `${one}/applications`, access: 'administrator', handle: showApplicationChoice },
  { method: 'GET', path: `${one}/applications/:application`, access: 'administrator', handle: showApplicationForm },
  { method: 'POST', path: `${one}/applications/:application`, access: 'administrator', handle: submitApplication },
  { method: 'POST', path: `${one}/applications/:application/refuse`, access: 'administrator', handle: submitRefusal },
];
