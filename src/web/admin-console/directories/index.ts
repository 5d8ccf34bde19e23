import type { Route } from '../../request/index.ts';
import { showNew, submitNew } from './add.ts';
import { showEdit, submitEdit } from './edit.ts';
import { confirmRemoval, submitRemoval } from './remove.ts';
import { showRules, submitRules } from './rules.ts';
import { showDirectories, showDirectory } from './show.ts';
import { confirmStep, submitStep } from './steps.ts';

const at = '/admin/directories';
const one = `${at}/:directory`;

export const directoryRoutes: Route[] = [
  { method: 'GET', path: at, access: 'administrator', handle: showDirectories },
  { method: 'GET', path: `${at}/new`, access: 'administrator', handle: async (page) => showNew(page) },
  { method: 'POST', path: `${at}/new`, access: 'administrator', handle: submitNew },
  { method: 'GET', path: `${at}/rules`, access: 'administrator', handle: showRules },
  { method: 'POST', path: `${at}/rules`, access: 'administrator', handle: submitRules },
  { method: 'GET', path: one, access: 'administrator', handle: (page) => showDirectory(page) },
  { method: 'GET', path: `${one}/edit`, access: 'administrator', handle: showEdit },
  { method: 'POST', path: `${one}/edit`, access: 'administrator', handle: submitEdit },
  { method: 'GET', path: `${one}/remove`, access: 'administrator', handle: (page) => confirmRemoval(page) },
  { method: 'POST', path: `${one}/remove`, access: 'administrator', handle: submitRemoval },
  { method: 'GET', path: `${one}/steps/:step`, access: 'administrator', handle: confirmStep },
  { method: 'POST', path: `${one}/steps/:step`, access: 'administrator', handle: submitStep },
];
