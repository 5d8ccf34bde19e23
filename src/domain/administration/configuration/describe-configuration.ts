import { findContextById, getOwnContext } from '../../company/contexts/index.ts';
import { listCustomFields } from '../../company/custom-fields/index.ts';
import { listDirectories } from '../../people/directories/index.ts';
import { inSnapshot, type Scope } from '../../scope.ts';
import { type Configuration, plain } from './configuration.ts';
import { describeApis, describeApplications } from './describe-applications.ts';
import { describeGroups } from './describe-groups.ts';
import { describePolicy, type WhichRules } from './describe-policy.ts';
import { describeSettings } from './describe-settings.ts';

/** What a file would say of the company. A few statements, however many applications there are. */
export const describeConfiguration = (scope: Scope, which?: WhichRules): Promise<Configuration> =>
  inSnapshot(scope, (inside) => describe(inside, which));

async function describe(scope: Scope, which?: WhichRules): Promise<Configuration> {
  const { code, name, environment, pairedContextId, address, samlEntityId, timeZone } = await getOwnContext(scope);
  const partner = pairedContextId && (await findContextById(scope.db, pairedContextId));
  const settings = await describeSettings(scope);
  const customFields = await listCustomFields(scope);
  const directories = await listDirectories(scope);
  const applications = await describeApplications(scope);
  const apis = await describeApis(scope, applications);
  const policy = await describePolicy(scope, applications, which);
  const carriers = new Set([...applications.groups, ...apis.groups, ...policy.groups]);
  return plain<Configuration>({
    code,
    name,
    environment,
    pairedWith: partner ? partner.code : undefined,
    address,
    samlEntityId,
    timeZone,
    ...settings,
    policy: policy.described,
    customFields: customFields.map(({ code, label, type, options, isRequired, isPersonal, claim }) => ({
      code,
      label,
      type,
      options: options.length > 0 ? options : undefined,
      required: isRequired,
      personal: isPersonal,
      claim,
    })),
    directories: directories.map(({ name, settings }) => ({ name, settings })),
    groups: await describeGroups(scope, carriers),
    applications: applications.described,
    apis: apis.described,
  });
}
