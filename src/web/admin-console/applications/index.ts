import { metadataLimits } from '../../../platform/saml/index.ts';
import type { Route } from '../../request/index.ts';
import { showAbilities } from './abilities.ts';
import { confirmAction, submitAction } from './actions.ts';
import { showActivity } from './activity.ts';
import { showAssignments, submitAssignment, submitUnassignment } from './assignments.ts';
import { showCatalogue } from './catalogue.ts';
import { showEdit, showNew, submitEdit, submitLogo, submitNew } from './edit.ts';
import { exportApplication } from './export.ts';
import { showPreview } from './preview.ts';
import { showAdvanced, showApplication, showApplications, showData } from './show.ts';
import { showSignIn } from './sign-in-values.ts';
import { showTest } from './test-sign-in.ts';
import { showTrace, submitTrace } from './trace.ts';

const at = '/admin/applications';
const one = `${at}/:application`;
/** A file of metadata, and the rest of the form. */
const withMetadata = metadataLimits.bytes + 1_000_000;

export const applicationRoutes: Route[] = [
  { method: 'GET', path: at, access: 'administrator', handle: showApplications },
  { method: 'GET', path: '/admin/catalogue', access: 'administrator', handle: showCatalogue },
  { method: 'GET', path: `${at}/new`, access: 'administrator', handle: showNew },
  { method: 'POST', path: `${at}/new`, access: 'administrator', handle: submitNew, maxBytes: withMetadata },
  { method: 'GET', path: one, access: 'administrator', handle: showApplication },
  { method: 'GET', path: `${one}/connection`, access: 'administrator', handle: (page) => showSignIn(page) },
  { method: 'GET', path: `${one}/data`, access: 'administrator', handle: showData },
  { method: 'GET', path: `${one}/activity`, access: 'administrator', handle: showActivity },
  { method: 'GET', path: `${one}/advanced`, access: 'administrator', handle: showAdvanced },
  { method: 'GET', path: `${one}/test`, access: 'administrator', handle: showTest },
  { method: 'GET', path: `${one}/edit`, access: 'administrator', handle: showEdit },
  { method: 'POST', path: `${one}/edit`, access: 'administrator', handle: submitEdit, maxBytes: withMetadata },
  { method: 'POST', path: `${one}/logo`, access: 'administrator', handle: submitLogo, maxBytes: 1_200_000 },
  { method: 'GET', path: `${one}/assignments`, access: 'administrator', handle: (page) => showAssignments(page) },
  { method: 'POST', path: `${one}/assignments`, access: 'administrator', handle: submitAssignment },
  { method: 'POST', path: `${one}/assignments/remove`, access: 'administrator', handle: submitUnassignment },
  { method: 'GET', path: `${one}/trace`, access: 'administrator', handle: showTrace },
  { method: 'POST', path: `${one}/trace`, access: 'administrator', handle: submitTrace },
  { method: 'GET', path: `${one}/export`, access: 'administrator', handle: exportApplication },
  { method: 'GET', path: `${one}/abilities`, access: 'administrator', handle: showAbilities },
  { method: 'GET', path: `${one}/preview`, access: 'administrator', handle: showPreview },
  { method: 'GET', path: `${one}/:action`, access: 'administrator', handle: confirmAction },
  { method: 'POST', path: `${one}/:action`, access: 'administrator', handle: submitAction },
];
