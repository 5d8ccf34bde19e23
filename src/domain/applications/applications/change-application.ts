import { z } from 'zod';
import { randomToken } from '../../../platform/crypto/index.ts';
import { notifyChange, orTaken } from '../../../platform/database/index.ts';
import {
  AppError,
  codeText,
  invalidInput,
  lineOf,
  orThrow,
  type ReadAsFar,
  readAsFar,
  refuseTogether,
  textOf,
} from '../../../platform/errors/index.ts';
import { findContextById } from '../../company/contexts/index.ts';
import { type AuditEventType, recordEvent } from '../../records/audit/index.ts';
import { revokeGrantsOfClient } from '../../records/protocol-artifacts/index.ts';
import { type Scope, type Transaction, useCase } from '../../scope.ts';
import { withoutSecrets } from './client-secrets.ts';
import { defaultAuthMethod, readOidcSettings, usesSecret } from './oidc-settings.ts';
import { isRedirectUri } from './redirect-addresses.ts';
import { refuseUnknownSources } from './refuse-unknown-sources.ts';
import { readSamlSettings } from './saml-settings.ts';
import {
  type Application,
  type ApplicationData,
  findApplicationByClientId,
  findApplicationByCode,
  findApplicationByEntityId,
  getApplication,
  insertApplication,
  isApiIdentifier,
  lockApplication,
  removeApplication,
  updateApplication,
} from './store.ts';
import { sectorOf } from './subject-settings.ts';

/** What a form, a file or a program says of an application; a protocol that is not mentioned stays as it is, and null takes it away. */
export const applicationInput = z.object({
  code: codeText,
  name: lineOf(100),
  description: textOf(500).default(''),
  category: textOf(60).default(''),
  catalogueEntry: z.string().optional(),
  navigable: z.boolean().default(false),
  launchUrl: z
    .string()
    .optional()
    .refine((url) => !url || (/^https?:/.test(url) && isRedirectUri(url.split('#')[0]!)), 'fields.web_uri')
    .meta({ pattern: '^$|^https?://[^/?#@\\s\\\\*]+(?:[/?#].*)?$' }),
  oidc: z.record(z.string(), z.unknown()).nullish(),
  saml: z.record(z.string(), z.unknown()).nullish(),
});
export type ApplicationInput = z.input<typeof applicationInput>;

/**
 * Registers an application; a client that needs a secret and brings none gets one, which is shown now and never again.
 * @throws AppError invalid_input, application_code_taken, client_id_taken
 */
export const registerApplication = useCase(
  async (scope, input: ApplicationInput): Promise<{ application: Application; clientSecret?: string }> => {
    const method = input.oidc?.token_endpoint_auth_method ?? defaultAuthMethod;
    const needsSecret = Boolean(input.oidc) && usesSecret({ token_endpoint_auth_method: String(method) });
    const clientSecret = needsSecret && input.oidc?.client_secret === undefined ? randomToken() : undefined;
    const complete = clientSecret ? { ...input, oidc: { ...input.oidc, client_secret: clientSecret } } : input;
    return { application: await createApplication(scope, complete), clientSecret };
  },
);

/** As `registerApplication`, of a client that brings its secret. */
export const createApplication = useCase(async (scope, input: ApplicationInput): Promise<Application> => {
  const data = await check(scope, input, { enabled: true }, (read) => [() => refuseTaken(scope, read)]);
  const applicationId = await orTaken(insertApplication(scope, data), taken);
  return announce(scope, 'application.created', await getApplication(scope, applicationId), { code: data.code });
});

/**
 * @param version the one the editor saw: another person's change since then is not overwritten
 * @param keepsSubjects refuses a change after which the application would know everybody by another subject, as a new person
 * @throws AppError invalid_input, not_found, changed_meanwhile, application_code_taken, client_id_taken
 */
export const editApplication = useCase(
  async (scope, applicationId: string, input: ApplicationInput, version?: number, keepsSubjects = false): Promise<Application> => {
    const before = await lockApplication(scope, applicationId);
    const data = await check(scope, { catalogueEntry: before.catalogueEntry, ...input }, before, (read) => [
      () => {
        if (keepsSubjects && before.oidc && read.isClientRight && read.oidc && sectorOf(before.oidc) !== sectorOf(read.oidc))
          throw invalidInput({ subject_type: 'fields.subjects_change' });
      },
      () => refuseTaken(scope, read, before),
    ]);
    return replaceApplication(scope, before, data, 'application.edited', version);
  },
);

export const setApplicationEnabled = useCase(async (scope, applicationId: string, enabled: boolean): Promise<Application> => {
  const before = await lockApplication(scope, applicationId);
  if (before.enabled === enabled) return before;
  return replaceApplication(scope, before, { ...before, enabled }, enabled ? 'application.enabled' : 'application.disabled');
});

/** A copy with its own code and client ID, disabled and without a secret until somebody completes it. */
export const cloneApplication = useCase(async (scope, applicationId: string): Promise<Application> => {
  const source = await getApplication(scope, applicationId);
  const code = await findFreeCode(scope, source.code);
  const oidc = source.oidc && { ...withoutSecrets(source.oidc), client_secret_expires_at: undefined, client_id: code };
  // one partner is one application: the copy says whose it is once somebody completes it
  const saml = source.saml && { ...source.saml, entityId: `${source.saml.entityId}#${code}`.slice(0, 1024) };
  const copy = { ...source, code, name: `${source.name} (2)`.slice(0, 100), enabled: false, oidc, saml };
  const id = await orTaken(insertApplication(scope, copy), taken);
  return announce(scope, 'application.cloned', await getApplication(scope, id), { source: source.code });
});

export const deleteApplication = useCase(async (scope, applicationId: string): Promise<void> => {
  const application = await lockApplication(scope, applicationId);
  if (application.oidc) await revokeGrantsOfClient(scope, application.oidc.client_id);
  await removeApplication(scope, application.applicationId);
  await announce(scope, 'application.deleted', application, { code: application.code });
});

/** Writes what was decided, with its event, and ends what is not allowed any more. @throws AppError changed_meanwhile */
export async function replaceApplication(
  scope: Transaction,
  before: Application,
  data: ApplicationData,
  event: AuditEventType,
  version = before.version,
): Promise<Application> {
  if (!(await orTaken(updateApplication(scope, before.applicationId, version, data), taken))) throw new AppError('changed_meanwhile', 409);
  // a third party's from now on: what nobody agreed to ends
  const isAsked = data.oidc?.consent_required && !before.oidc?.consent_required;
  // tokens that know people by another subject than the next ones would contradict them (OpenID Connect Core §12.2)
  const knowsOthers = before.oidc && data.oidc && sectorOf(before.oidc) !== sectorOf(data.oidc);
  const loses = before.oidc && (!data.enabled || data.oidc?.client_id !== before.oidc.client_id || isAsked || knowsOthers);
  if (loses) await revokeGrantsOfClient(scope, before.oidc!.client_id);
  const after = await getApplication(scope, before.applicationId);
  return announce(scope, event, after, differences(before, after));
}

async function announce(
  scope: Transaction,
  type: AuditEventType,
  application: Application,
  details: Record<string, unknown>,
): Promise<Application> {
  await recordEvent(scope, {
    type,
    subject: { kind: 'application', id: application.applicationId, name: application.name },
    applicationId: application.applicationId,
    details,
  });
  await notifyChange(scope.db, scope.contextId);
  return application;
}

/** What of it can be read: without what is wrong by itself. */
type Read = Partial<Pick<ApplicationData, 'code' | 'oidc' | 'saml'>> & { isClientRight?: boolean };

/** @param more what is asked besides, of what can be read. @throws AppError the one that was refused, or invalid_input with all that were */
async function check(
  scope: Transaction,
  input: ApplicationInput,
  before: Pick<Application, 'enabled' | 'oidc' | 'saml'>,
  more: (read: Read) => (() => unknown)[],
): Promise<ApplicationData> {
  const own = readAsFar(applicationInput, input, {}, () => []);
  const oidc = input.oidc ? readOidcSettings(input.oidc, scope.keyRing, before.oidc) : keptOf(input.oidc, before.oidc);
  const saml = input.saml ? readSamlSettings(input.saml, scope.clock.now(), scope.isHttpHost) : keptOf(input.saml, before.saml);
  const read: Read = { code: own.refused ? undefined : own.value?.code, oidc: oidc.value, saml: saml.value, isClientRight: !oidc.refused };
  await refuseTogether([
    ...[own, oidc, saml].map((one) => () => orThrow<unknown>(one)),
    () => refusePatterns(scope, read),
    () => refuseUnknownSources(scope, read),
    ...more(read),
  ]);
  return { ...own.value!, enabled: before.enabled, oidc: oidc.value, saml: saml.value };
}

const keptOf = <T>(said: null | undefined, kept: T | undefined): ReadAsFar<T | undefined> => ({ value: said === null ? undefined : kept });

/** An address with a star is for trying things out: where people really work each address is named (RFC 9700 §4.1.3). */
async function refusePatterns(scope: Transaction, { oidc }: Read): Promise<void> {
  const faults = (['redirect_uris', 'post_logout_redirect_uris'] as const).flatMap((name) =>
    (oidc?.[name] ?? []).flatMap((uri, index) =>
      uri.includes('*') ? [{ path: [name, index], message: 'fields.redirect_pattern_production' }] : [],
    ),
  );
  if (faults.length === 0 || (await findContextById(scope.db, scope.contextId))?.environment === 'approval') return;
  throw invalidInput(faults);
}

/** By the unique key that says so when two write at once. */
const taken = {
  applications_code: () => new AppError('application_code_taken', 409, { fields: { code: 'fields.taken' } }),
  applications_oidc_client_id: () => new AppError('client_id_taken', 409, { fields: { client_id: 'fields.taken' } }),
  applications_saml_entity_id: () => new AppError('entity_id_taken', 409, { fields: { entityId: 'fields.taken' } }),
};

/** @param before what it was called, which nobody else is */
async function refuseTaken(scope: Scope, { code, oidc, saml }: Read, before?: Application): Promise<void> {
  const isOther = (found: Application | undefined) => found && found.applicationId !== before?.applicationId;
  await refuseTogether([
    async () => {
      if (code !== undefined && code !== before?.code && isOther(await findApplicationByCode(scope, code))) throw taken.applications_code();
    },
    async () => {
      if (!oidc || oidc.client_id === before?.oidc?.client_id) return;
      if (isOther(await findApplicationByClientId(scope, oidc.client_id))) throw taken.applications_oidc_client_id();
      // an ID token has its application as the audience, and must never look like a token of an API
      if (await isApiIdentifier(scope, oidc.client_id)) throw invalidInput({ client_id: 'fields.client_id_of_api' });
    },
    async () => {
      if (saml && saml.entityId !== before?.saml?.entityId && isOther(await findApplicationByEntityId(scope, saml.entityId)))
        throw taken.applications_saml_entity_id();
    },
  ]);
}

/** @returns the code, or with the first number behind it that neither an application nor a client has */
export async function findFreeCode(scope: Scope, code: string): Promise<string> {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? code : `${code.slice(0, 58)}-${n}`;
    if (!(await findApplicationByCode(scope, candidate)) && !(await findApplicationByClientId(scope, candidate))) return candidate;
  }
}

/** Before and after of what changed, secrets as a mark only. */
function differences(before: Application, after: Application): Record<string, unknown> {
  const flat = (application: Application): Record<string, unknown> => {
    const { oidc, saml, updatedAt: _u, version: _v, createdAt: _c, ...rest } = application;
    const { former_secret: former } = oidc ?? {};
    const secrets = {
      secret_fingerprint: oidc?.secret_fingerprint ? 'set' : undefined,
      former_client_secret_expires_at: former?.expires_at,
    };
    return { ...rest, ...oidc, ...saml, ...secrets, former_secret: undefined };
  };
  const [left, right] = [flat(before), flat(after)];
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter(
    (key) => JSON.stringify(left[key]) !== JSON.stringify(right[key]),
  );
  const only = (values: Record<string, unknown>) => Object.fromEntries(keys.map((key) => [key, values[key] ?? null]));
  return { before: only(left), after: only(right) };
}
