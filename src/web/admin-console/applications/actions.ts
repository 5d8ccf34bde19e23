import {
  type Application,
  changeClientSecret,
  cloneApplication,
  deleteApplication,
  getApplication,
  secretExpiry,
  setApplicationEnabled,
} from '../../../domain/applications/applications/index.ts';
import { acceptMetadata, ignoreMetadata, refreshMetadata } from '../../../domain/applications/partner-metadata/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { createMetadataFetcher, type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';
import { showApplication } from './show.ts';

type Action = (page: PageContext, application: Application) => Promise<void>;

const path = ({ applicationId }: Pick<Application, 'applicationId'>) => `/admin/applications/${applicationId}`;

/** What can be done to an application, by the last part of its address. */
const actions: Record<string, { run: Action; dangerous?: boolean }> = {
  enable: {
    async run(page, application) {
      await setApplicationEnabled(page.scope, application.applicationId, true);
      redirectTo(page, path(application), 'application_enabled');
    },
  },
  disable: {
    dangerous: true,
    async run(page, application) {
      await setApplicationEnabled(page.scope, application.applicationId, false);
      redirectTo(page, path(application), 'application_disabled');
    },
  },
  clone: {
    async run(page, application) {
      const copy = await cloneApplication(page.scope, application.applicationId);
      redirectTo(page, `${path(copy)}/edit`, 'application_cloned');
    },
  },
  secret: {
    dangerous: true,
    async run(page, application) {
      const secret = await changeClientSecret(page.scope, application.applicationId, readValidDays(page));
      await showApplication(page, application.applicationId, secret);
    },
  },
  'accept-metadata': {
    dangerous: true,
    async run(page, application) {
      await acceptMetadata(page.scope, application.applicationId, page.form.get('proposal'));
      redirectTo(page, path(application), 'metadata_accepted');
    },
  },
  'ignore-metadata': {
    async run(page, application) {
      await ignoreMetadata(page.scope, application.applicationId, page.form.get('proposal'));
      redirectTo(page, path(application), 'metadata_ignored');
    },
  },
  'read-metadata': {
    async run(page, application) {
      await refreshMetadata(page.scope, application.applicationId, createMetadataFetcher(page.services));
      redirectTo(page, path(application), 'metadata_read');
    },
  },
  delete: {
    dangerous: true,
    async run(page, application) {
      await deleteApplication(page.scope, application.applicationId);
      redirectTo(page, '/admin/applications', 'application_deleted');
    },
  },
};

/** For how long a new secret may be good, in days; 0 is without an end. */
const secretLives = [0, 90, 180, 365, 730];
const readValidDays = ({ form }: PageContext): number => secretLives.find((days) => String(days) === form.get('valid_days')) ?? 0;

/** Whose secret has an end is offered one for the next. */
function presentSecretLives({ oidc }: Application) {
  const usual = secretExpiry(oidc) ? 365 : 0;
  const text = (days: number) => (days === 0 ? 'applications.secret_forever' : 'applications.secret_days');
  const options = secretLives.map((days) => ({ value: String(days), text: text(days), days, isChosen: days === usual }));
  return { name: 'valid_days', label: 'applications.secret_lives', options };
}

async function load(page: PageContext) {
  const name = page.params.action!;
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (!action) throw notFound();
  return { name, action, application: await getApplication(page.scope, page.params.application!) };
}

export async function confirmAction(page: PageContext): Promise<void> {
  const { name, action, application } = await load(page);
  renderPage(page, 'admin-console/confirm', {
    question: `confirm.application_${name.replace(/-/g, '_')}`,
    name: application.name,
    action: `${path(application)}/${name}`,
    hidden: { proposal: page.query('proposal') },
    back: path(application),
    dangerous: action.dangerous,
    choice: name === 'secret' ? presentSecretLives(application) : undefined,
  });
}

export async function submitAction(page: PageContext): Promise<void> {
  const { action, application } = await load(page);
  await action.run(page, application);
}
