import { contentTag } from '../../../platform/crypto/index.ts';
import { invalidInput } from '../../../platform/errors/index.ts';
import {
  type Application,
  adviseOn,
  allowedBy,
  changeLogo,
  countUnusableKeys,
  createApplication,
  editApplication,
  findApplicationByCode,
  findLogo,
  isNotable,
  matchesClientSecret,
  mustBeOne,
  oidcInput,
  readLogo,
  readPartner,
  samlInput,
  setApplicationEnabled,
} from '../../applications/applications/index.ts';
import { assignApplication, listAssignees, unassignApplication } from '../../applications/assignments/index.ts';
import type { Desired, DesiredContext, FileContent } from '../configuration/index.ts';
import { pictureOf } from './apply-settings.ts';
import type { Applying } from './applying.ts';
import type { Placing } from './at-path.ts';
import { findGroupsAndPeople } from './find-named.ts';
import { leaveNoTrace } from './leave-no-trace.ts';
import { part } from './part.ts';

type DesiredApplication = Desired<'applications'>;

export async function applyApplications(applying: Applying, desired: DesiredContext): Promise<void> {
  for (const [index, application] of desired.applications.entries()) await applyApplication(applying, application, index);
}

const protocols = { oidc: new Set(Object.keys(oidcInput.shape)), saml: new Set(Object.keys(samlInput.shape)) };

/** A form has all fields side by side. */
const inProtocol: Placing = (path) => {
  const [protocol] = Object.entries(protocols).find(([, names]) => names.has(String(path[0]))) ?? [];
  return protocol ? [protocol, ...path] : path;
};

async function applyApplication(applying: Applying, desired: DesiredApplication, index: number): Promise<void> {
  const path = ['applications', index];
  const { enabled, assignedTo, logo } = desired;
  const application = await part(applying, path, (inside) => applyItself(inside, desired, index), inProtocol);
  if (logo !== undefined) await part(applying, path, (inside) => applyLogo(inside, application, logo));
  if (enabled !== undefined && application) await part(applying, path, (inside) => applyEnabled(inside, application, enabled));
  if (assignedTo) await part(applying, [], (inside) => applyAssignments(inside, application?.applicationId, desired, index));
}

async function applyItself(applying: Applying, desired: DesiredApplication, index: number): Promise<Application> {
  const { scope, result } = applying;
  const reference = applying.unresolvedSecret(index);
  const { enabled: _enabled, assignedTo: _assigned, logo: _logo, catalogueEntry, ...general } = desired;
  const entry = catalogueEntry === undefined ? {} : { catalogueEntry: catalogueEntry ?? undefined };
  const path = ['applications', index];
  const saml = desired.saml && (await part(applying, path, async (inside) => readSaml(inside, desired), inProtocol));
  const input = { ...general, ...entry, saml };
  let application = await findApplicationByCode(scope, desired.code);
  if (reference !== undefined)
    await part(applying, path, async (inside) => keepSecret(inside, desired.code, application, reference), inProtocol);
  if (!application) {
    application = await createApplication(scope, input);
    result.changes.push({ action: 'created', what: `application ${desired.code}` });
  } else {
    const before = application;
    // the same secret again is no change
    const secret = input.oidc?.client_secret;
    const kept =
      typeof secret === 'string' &&
      before.oidc?.secret_fingerprint &&
      matchesClientSecret(before.oidc.secret_fingerprint, secret, scope.keyRing);
    const after = kept ? { ...input, oidc: { ...input.oidc, client_secret: undefined } } : input;
    const isNewSecret = typeof secret === 'string' && !kept;
    application = await editUnlessSame(applying, before, after, isNewSecret ? 'client secret' : undefined);
    if (isNewSecret && application !== before) result.changedSecrets = [...(result.changedSecrets ?? []), { application: desired.code }];
  }
  const count = countUnusableKeys(input.oidc?.jwks);
  if (count > 0) result.leftOutKeys = [...(result.leftOutKeys ?? []), { application: desired.code, count }];
  const weakened = saml && application.saml ? adviseOn(application.saml, scope.clock.now()) : [];
  result.advice.push(...weakened.map((one) => ({ ...one, application: desired.code })));
  return application;
}

async function applyEnabled(
  { scope, result }: Applying,
  { applicationId, code, enabled: was }: Application,
  enabled: boolean,
): Promise<void> {
  if (was === enabled) return;
  await setApplicationEnabled(scope, applicationId, enabled);
  result.changes.push({ action: 'changed', what: `application ${code}`, details: enabled ? 'enabled' : 'disabled' });
}

/**
 * So that a file that was exported here changes nothing here, where nobody set the variables.
 * @param reference what stands in the place of the client secret and leads to nothing here
 * @throws AppError invalid_input where there is none to keep
 */
function keepSecret({ result }: Applying, code: string, application: Application | undefined, reference: string): void {
  if (!application?.oidc?.secret_fingerprint) throw invalidInput({ client_secret: 'fields.reference_secret' }, { reference });
  result.keptSecrets = [...(result.keptSecrets ?? []), { application: code, reference }];
}

/** @param application undefined where it was refused: then the picture is looked at, and nothing more */
async function applyLogo({ scope, result }: Applying, application: Application | undefined, logo: FileContent | null): Promise<void> {
  const picture = pictureOf(logo);
  if (!application) {
    if (picture) await readLogo(picture);
    return;
  }
  const { applicationId, code } = application;
  const before = (await findLogo(scope, applicationId))?.etag;
  if (before === undefined && !picture) return;
  // the picture that there is, as an export has it, is not drawn again
  if (picture && before === contentTag(picture)) return;
  const changed = await leaveNoTrace(
    scope,
    async (inside) => {
      await changeLogo(inside, applicationId, picture);
      return (await findLogo(inside, applicationId))?.etag ?? '';
    },
    (after) => after === before,
  );
  if (changed !== undefined) result.changes.push({ action: 'changed', what: `application ${code}`, details: 'logo' });
}

/** What the file says comes before what the partner's metadata says; but an entity ID beside it says whose metadata is meant. @throws AppError invalid_input */
function readSaml({ scope, result }: Applying, { code, saml }: DesiredApplication): Record<string, unknown> {
  const { metadata, ...said } = saml!;
  if (metadata === undefined) return said;
  if (typeof metadata !== 'string' && !(metadata instanceof Uint8Array)) throw invalidInput({ metadata: 'fields.type_text' });
  const entityId = said.entityId === undefined ? undefined : String(said.entityId).trim();
  const { settings, leftOut } = mustBeOne(readPartner(metadata, scope.clock.now(), entityId, allowedBy(said, scope)));
  result.leftOut.push(...leftOut.filter(isNotable).map((one) => ({ ...one, application: code })));
  return { ...settings, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) };
}

async function editUnlessSame(
  { scope, result }: Applying,
  before: Application,
  input: Parameters<typeof editApplication>[2],
  details?: string,
): Promise<Application> {
  const comparable = ({ version: _v, updatedAt: _u, ...rest }: Application) => JSON.stringify(rest);
  const after = await leaveNoTrace(
    scope,
    (inside) => editApplication(inside, before.applicationId, input),
    (edited) => comparable(edited) === comparable(before),
  );
  if (after) result.changes.push({ action: 'changed', what: `application ${before.code}`, ...(details ? { details } : {}) });
  return after ?? before;
}

async function applyAssignments(
  applying: Applying,
  applicationId: Parameters<typeof listAssignees>[1] | undefined,
  desired: DesiredApplication,
  index: number,
): Promise<void> {
  const { scope, result } = applying;
  const { groups, users } = desired.assignedTo!;
  const named = await findGroupsAndPeople(applying, { groups, users }, 'applications', index, 'assignedTo');
  if (!applicationId) return;
  const wanted = new Map(named.map((one) => [one.id, one]));
  const present = await listAssignees(scope, applicationId, 100_000);
  const current = [
    ...present.users.map(({ userId }) => ({ kind: 'user' as const, id: userId as string })),
    ...present.groups.map(({ groupId }) => ({ kind: 'group' as const, id: groupId as string })),
  ];
  const missing = [...wanted.values()].filter(({ id }) => !current.some((one) => one.id === id));
  // a list that is left out stays
  const given = { group: groups, user: users };
  const surplus = current.filter(({ id, kind }) => given[kind] !== undefined && !wanted.has(id));
  for (const assignee of missing) await assignApplication(scope, applicationId, assignee);
  for (const assignee of surplus) await unassignApplication(scope, applicationId, assignee);
  if (missing.length + surplus.length > 0)
    result.changes.push({
      action: 'changed',
      what: `application ${desired.code}`,
      details: `assignments +${missing.length} -${surplus.length}`,
    });
}
