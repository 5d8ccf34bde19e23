import { contentTag } from '../../../platform/crypto/index.ts';
import { invalidInput } from '../../../platform/errors/index.ts';
import {
  type Application,
  adviseOn,
  allowedBy,
  changeLogo,
  createApplication,
  editApplication,
  findApplicationByCode,
  findLogo,
  isNotable,
  matchesClientSecret,
  mustBeOne,
  oidcInput,
  readPartner,
  samlInput,
  setApplicationEnabled,
} from '../../applications/applications/index.ts';
import { assignApplication, listAssignees, unassignApplication } from '../../applications/assignments/index.ts';
import type { Desired, DesiredContext, FileContent } from '../configuration/index.ts';
import { pictureOf } from './apply-settings.ts';
import type { Applying } from './applying.ts';
import type { Placing } from './at-path.ts';
import { findNamedGroups, findNamedPeople } from './find-named.ts';
import { leaveNoTrace } from './leave-no-trace.ts';

type DesiredApplication = Desired<'applications'>;

export async function applyApplications(applying: Applying, desired: DesiredContext): Promise<void> {
  for (const [index, application] of desired.applications.entries())
    await applying.at('applications', index)(applyApplication(applying, application, index), inProtocol);
}

const protocols = { oidc: new Set(Object.keys(oidcInput.shape)), saml: new Set(Object.keys(samlInput.shape)) };

/** A form has all fields side by side. */
const inProtocol: Placing = (path) => {
  const [protocol] = Object.entries(protocols).find(([, names]) => names.has(String(path[0]))) ?? [];
  return protocol ? [protocol, ...path] : path;
};

async function applyApplication(applying: Applying, desired: DesiredApplication, index: number): Promise<void> {
  const { scope, result } = applying;
  const reference = applying.unresolvedSecret(index);
  const { enabled, assignedTo, logo, catalogueEntry, ...general } = desired;
  const entry = catalogueEntry === undefined ? {} : { catalogueEntry: catalogueEntry ?? undefined };
  const input = { ...general, ...entry, saml: desired.saml && readSaml(applying, desired) };
  let application = await findApplicationByCode(scope, desired.code);
  if (reference !== undefined) keepSecret(applying, desired.code, application, reference);
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
  }
  if (logo !== undefined) await applyLogo(applying, application, logo);
  const { saml } = application;
  if (input.saml && saml) result.advice.push(...adviseOn(saml, scope.clock.now()).map((one) => ({ ...one, application: desired.code })));
  if (enabled !== undefined && application.enabled !== enabled) {
    await setApplicationEnabled(scope, application.applicationId, enabled);
    result.changes.push({ action: 'changed', what: `application ${desired.code}`, details: enabled ? 'enabled' : 'disabled' });
  }
  if (assignedTo) await applyAssignments(applying, application.applicationId, desired, index);
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

async function applyLogo({ scope, result }: Applying, { applicationId, code }: Application, logo: FileContent | null): Promise<void> {
  const before = (await findLogo(scope, applicationId))?.etag;
  const picture = pictureOf(logo);
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
  applicationId: Parameters<typeof listAssignees>[1],
  desired: DesiredApplication,
  index: number,
): Promise<void> {
  const { scope, result } = applying;
  const wanted = new Map<string, { kind: 'user' | 'group'; id: string }>();
  const { groups, users } = desired.assignedTo!;
  const path = ['applications', index, 'assignedTo'];
  for (const { groupId } of await findNamedGroups(applying, groups, ...path, 'groups')) wanted.set(groupId, { kind: 'group', id: groupId });
  for (const { userId } of await findNamedPeople(applying, users, ...path, 'users')) wanted.set(userId, { kind: 'user', id: userId });
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
