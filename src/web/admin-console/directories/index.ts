import type { Route } from '../../request/index.ts';
import { showNew, submitNew } from './add.ts';
import { showEdit, submitEdit } from './edit.ts';
import { showEntries } from './entries.ts';
import { confirmUnlink, showEntry, submitLink, submitUnlink } from './entry.ts';
import { submitEntries } from './entry-changes.ts';
import { confirmRemoval, submitRemoval } from './remove.ts';
import { showRules, submitRules } from './rules.ts';
import { confirmUndo, showRun, showRuns, submitAnswer, submitRun, submitUndo } from './runs.ts';
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
  { method: 'GET', path: `${one}/entries`, access: 'administrator', handle: showEntries },
  { method: 'POST', path: `${one}/entries`, access: 'administrator', handle: submitEntries },
  { method: 'GET', path: `${one}/entries/:entry`, access: 'administrator', handle: (page) => showEntry(page) },
  { method: 'POST', path: `${one}/entries/:entry/link`, access: 'administrator', handle: submitLink },
  { method: 'GET', path: `${one}/entries/:entry/unlink`, access: 'administrator', handle: confirmUnlink },
  { method: 'POST', path: `${one}/entries/:entry/unlink`, access: 'administrator', handle: submitUnlink },
  { method: 'GET', path: `${one}/runs`, access: 'administrator', handle: (page) => showRuns(page) },
  { method: 'POST', path: `${one}/runs`, access: 'administrator', handle: submitRun },
  { method: 'GET', path: `${one}/runs/:run`, access: 'administrator', handle: showRun },
  { method: 'POST', path: `${one}/runs/:run/approve`, access: 'administrator', handle: (page) => submitAnswer(page, true) },
  { method: 'POST', path: `${one}/runs/:run/decline`, access: 'administrator', handle: (page) => submitAnswer(page, false) },
  { method: 'GET', path: `${one}/runs/:run/undo`, access: 'administrator', handle: confirmUndo },
  { method: 'POST', path: `${one}/runs/:run/undo`, access: 'administrator', handle: submitUndo },
  { method: 'GET', path: `${one}/steps/:step`, access: 'administrator', handle: confirmStep },
  { method: 'POST', path: `${one}/steps/:step`, access: 'administrator', handle: submitStep },
];
