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
import { inTransaction } from '../../../domain/scope.ts';
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
      await inTransaction(page.scope, (scope) => setApplicationEnabled(scope, application.applicationId, true));
      redirectTo(page, path(application), 'application_enabled');
    },
  },
  disable: {
    dangerous: true,
    async run(page, application) {
      await inTransaction(page.scope, (scope) => setApplicationEnabled(scope, application.applicationId, false));
      redirectTo(page, path(application), 'application_disabled');
    },
  },
  clone: {
    async run(page, application) {
      const copy = await inTransaction(page.scope, (scope) => cloneApplication(scope, application.applicationId));
      redirectTo(page, `${path(copy)}/edit`, 'application_cloned');
    },
  },
  secret: {
    dangerous: true,
    async run(page, application) {
      const secret = await inTransaction(page.scope, (scope) =>
        changeClientSecret(scope, application.applicationId, page.services.keyRing, readValidDays(page)),
      );
      await showApplication(page, application.applicationId, secret);
    },
  },
  'accept-metadata': {
    dangerous: true,
    async run(page, application) {
      await inTransaction(page.scope, (scope) =>
        acceptMetadata(scope, application.applicationId, page.form.get('proposal'), page.services.keyRing),
      );
      redirectTo(page, path(application), 'metadata_accepted');
    },
  },
  'ignore-metadata': {
    async run(page, application) {
      await inTransaction(page.scope, (scope) => ignoreMetadata(scope, application.applicationId, page.form.get('proposal')));
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
      await inTransaction(page.scope, (scope) => deleteApplication(scope, application.applicationId));
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
