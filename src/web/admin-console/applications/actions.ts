import {
  type Application,
  changeClientSecret,
  cloneApplication,
  deleteApplication,
  endClientSecret,
  getApplication,
  secretExpiry,
  setApplicationEnabled,
} from '../../../domain/applications/applications/index.ts';
import { acceptMetadata, ignoreMetadata, refreshMetadata } from '../../../domain/applications/partner-metadata/index.ts';
import { notFound } from '../../../platform/errors/index.ts';
import { createMetadataFetcher, type PageContext, renderPage } from '../../request/index.ts';
import { redirectTo } from '../submit.ts';
import { pathOfTab } from './shown.ts';
import { showSignIn } from './sign-in-values.ts';

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
      const secret = await changeClientSecret(
        page.scope,
        application.applicationId,
        readDays(page, 'valid_days', secretLives),
        readDays(page, 'former_days', formerLives),
      );
      await showSignIn(page, application.applicationId, secret);
    },
  },
  'end-secret': {
    dangerous: true,
    async run(page, application) {
      await endClientSecret(page.scope, application.applicationId, 'current');
      redirectTo(page, pathOfTab(application, 'sign-in'), 'secret_ended');
    },
  },
  'end-former-secret': {
    dangerous: true,
    async run(page, application) {
      await endClientSecret(page.scope, application.applicationId, 'former');
      redirectTo(page, pathOfTab(application, 'sign-in'), 'secret_ended');
    },
  },
  'accept-metadata': {
    dangerous: true,
    async run(page, application) {
      await acceptMetadata(page.scope, application.applicationId, page.form.get('proposal'));
      redirectTo(page, pathOfTab(application, 'sign-in'), 'metadata_accepted');
    },
  },
  'ignore-metadata': {
    async run(page, application) {
      await ignoreMetadata(page.scope, application.applicationId, page.form.get('proposal'));
      redirectTo(page, pathOfTab(application, 'sign-in'), 'metadata_ignored');
    },
  },
  'read-metadata': {
    async run(page, application) {
      await refreshMetadata(page.scope, application.applicationId, createMetadataFetcher(page.services));
      redirectTo(page, pathOfTab(application, 'sign-in'), 'metadata_read');
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
/** For how long the one before goes on beside it; 0 is not at all. */
const formerLives = [0, 1, 7, 30, 90];
const readDays = ({ form }: PageContext, name: string, offered: number[]): number =>
  offered.find((days) => String(days) === form.get(name)) ?? 0;

/** Whose secret has an end is offered one for the next; and the one before goes on for a week, unless told. */
function presentSecretLives({ oidc }: Application) {
  const choose = (name: string, label: string, none: string, lives: number[], usual: number) => ({
    name,
    label: `applications.${label}`,
    options: lives.map((days) => ({
      value: String(days),
      text: `applications.${days === 0 ? none : days === 1 ? 'secret_day' : 'secret_days'}`,
      days,
      isChosen: days === usual,
    })),
  });
  return [
    choose('valid_days', 'secret_lives', 'secret_forever', secretLives, secretExpiry(oidc) ? 365 : 0),
    ...(oidc?.secret_fingerprint ? [choose('former_days', 'former_lives', 'former_at_once', formerLives, 7)] : []),
  ];
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
    choices: name === 'secret' ? presentSecretLives(application) : [],
  });
}

export async function submitAction(page: PageContext): Promise<void> {
  const { action, application } = await load(page);
  await action.run(page, application);
}
