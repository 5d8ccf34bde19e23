import { listAssignments } from '../../../domain/applications/assignments/index.ts';
import { listCustomFields } from '../../../domain/company/custom-fields/index.ts';
import { listGroupsOfUser } from '../../../domain/people/groups/index.ts';
import { getUser, recordView } from '../../../domain/people/users/index.ts';
import { listOpenLinks } from '../../../domain/records/one-time-links/index.ts';
import { showTemporaryPassword } from '../../../domain/sign-in/credentials/password/index.ts';
import { factorTexts, type PageContext, type Route, renderPage } from '../../request/index.ts';
import { showBulk, submitBulk } from './bulk.ts';
import { confirmChange, submitChange } from './changes.ts';
import { confirmExport, submitExport } from './export.ts';
import { showEdit, showNew, submitEdit, submitNew } from './form.ts';
import { showDraft, showImport, submitDraft, submitImport } from './import.ts';
import { linkRoutes } from './links.ts';
import { showUsers, submitView, submitViewRemoval } from './list.ts';
import { confirmNewBrowsers, submitNewBrowsers } from './new-browsers.ts';
import { changedThere, findOrigin, isActiveDirectory, provisioningDetails, stateThere } from './origin.ts';
import { loadPerson, showHistory, submitSignOut } from './person.ts';
import { showExport as showPersonalData, submitExport as submitPersonalData } from './personal-data.ts';
import { confirmPhotoRemoval, submitPhotoRemoval } from './photo.ts';
import { confirmRemoval, showPlan, submitPlan, submitRemoval } from './planned-deactivation.ts';
import { showProvision, submitProvision } from './provision.ts';
import { showReset, submitReset } from './second-factors.ts';

/** Fifty custom fields of a thousand characters, in any script. */
const largeForm = 1_000_000;

export const userRoutes: Route[] = [
  { method: 'GET', path: '/admin/users', access: 'administrator', handle: (page) => showUsers(page) },
  { method: 'POST', path: '/admin/users/views', access: 'administrator', handle: submitView },
  { method: 'POST', path: '/admin/users/views/remove', access: 'administrator', handle: submitViewRemoval },
  { method: 'GET', path: '/admin/users/new', access: 'administrator', handle: showNew },
  { method: 'POST', path: '/admin/users/new', access: 'administrator', handle: submitNew, maxBytes: largeForm },
  { method: 'POST', path: '/admin/users/bulk', access: 'administrator', handle: showBulk },
  { method: 'POST', path: '/admin/users/bulk/start', access: 'administrator', handle: submitBulk },
  { method: 'GET', path: '/admin/users/export', access: 'administrator', handle: confirmExport },
  { method: 'POST', path: '/admin/users/export', access: 'administrator', handle: submitExport },
  { method: 'GET', path: '/admin/users/import', access: 'administrator', handle: showImport },
  { method: 'POST', path: '/admin/users/import', access: 'administrator', handle: submitImport, maxBytes: 8_000_000 },
  { method: 'GET', path: '/admin/users/import/:operation', access: 'administrator', handle: showDraft },
  { method: 'POST', path: '/admin/users/import/:operation', access: 'administrator', handle: submitDraft },
  { method: 'GET', path: '/admin/users/:user', access: 'administrator', handle: showUser },
  { method: 'GET', path: '/admin/users/:user/edit', access: 'administrator', handle: showEdit },
  { method: 'POST', path: '/admin/users/:user/edit', access: 'administrator', handle: submitEdit, maxBytes: largeForm },
  { method: 'GET', path: '/admin/users/:user/second-factors', access: 'administrator', handle: showReset },
  { method: 'POST', path: '/admin/users/:user/second-factors', access: 'administrator', handle: submitReset },
  { method: 'GET', path: '/admin/users/:user/personal-data', access: 'administrator', handle: showPersonalData },
  { method: 'POST', path: '/admin/users/:user/personal-data', access: 'administrator', handle: submitPersonalData },
  { method: 'GET', path: '/admin/users/:user/temporary-deactivation', access: 'administrator', handle: showPlan },
  { method: 'POST', path: '/admin/users/:user/temporary-deactivation', access: 'administrator', handle: submitPlan },
  { method: 'GET', path: '/admin/users/:user/temporary-deactivation/remove', access: 'administrator', handle: confirmRemoval },
  { method: 'POST', path: '/admin/users/:user/temporary-deactivation/remove', access: 'administrator', handle: submitRemoval },
  { method: 'GET', path: '/admin/users/:user/provision', access: 'administrator', handle: showProvision },
  { method: 'POST', path: '/admin/users/:user/provision', access: 'administrator', handle: submitProvision },
  { method: 'GET', path: '/admin/users/:user/new-browsers', access: 'administrator', handle: confirmNewBrowsers },
  { method: 'POST', path: '/admin/users/:user/new-browsers', access: 'administrator', handle: submitNewBrowsers },
  { method: 'GET', path: '/admin/users/:user/photo/remove', access: 'administrator', handle: confirmPhotoRemoval },
  { method: 'POST', path: '/admin/users/:user/photo/remove', access: 'administrator', handle: submitPhotoRemoval },
  { method: 'GET', path: '/admin/users/:user/history', access: 'administrator', handle: showHistory },
  { method: 'POST', path: '/admin/users/:user/sessions', access: 'administrator', handle: submitSignOut },
  ...linkRoutes,
  { method: 'GET', path: '/admin/users/:user/:change', access: 'administrator', handle: confirmChange },
  { method: 'POST', path: '/admin/users/:user/:change', access: 'administrator', handle: submitChange },
];

async function showUser(page: PageContext): Promise<void> {
  const user = await getUser(page.scope, page.params.user!);
  await recordView(page.scope, user);
  const origin = await findOrigin(page.scope, user);
  const person = await loadPerson(page, user);
  renderPage(page, 'admin-console/users/user', {
    ...person,
    texts: factorTexts,
    customFields: (await listCustomFields(page.scope)).map((field) => ({ ...field, value: user.customValues[field.fieldId] })),
    temporaryPassword: await showTemporaryPassword(page.scope, user),
    groups: await listGroupsOfUser(page.scope, user.userId),
    applications: await listAssignments(page.scope, user.userId),
    invitation: user.status === 'invited' ? (await listOpenLinks(page.scope, user.userId, ['invitation']))[0] : undefined,
    origin,
    provisioningDetails: provisioningDetails(person.provisioning),
    isActiveDirectory: isActiveDirectory(person.provisioning),
    there: origin && stateThere(origin),
    changedThere: origin && changedThere(page, origin),
  });
}
