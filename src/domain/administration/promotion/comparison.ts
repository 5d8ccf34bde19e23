import { createHash } from 'node:crypto';
import { type Context, getOwnContext } from '../../company/contexts/index.ts';
import { findGroupsByName } from '../../people/groups/index.ts';
import { nameKey } from '../../people/users/index.ts';
import type { Scope } from '../../scope.ts';
import {
  type Configuration,
  type ConfigurationObject,
  compareConfigurations,
  type Difference,
  describeConfiguration,
  idOf,
  type Keys,
  listObjects,
  listOfKind,
  mappedFields,
  patchConfiguration,
  plain,
} from '../configuration/index.ts';
import { approvalColor, getApproval } from '../environments/index.ts';
import { findQuestions, hasPart, isOwnPath, type Question, type Texts, withOwnValues } from './own-fields.ts';
import type { Choice } from './promotion.ts';
import { loadOwnValues } from './store.ts';

/** An object that approval has otherwise than production, and what production is asked of it. */
export type PromotionDifference = Difference & { id: string; questions: Question[] };

/** Both sides as they are now, and what promoting would change. */
export type Comparison = {
  approval: Context;
  production: Context;
  differences: PromotionDifference[];
  /** Of both sides: another one says that one of them changed. */
  fingerprint: string;
  sides: Sides;
};

type Sides = {
  approval: Configuration;
  production: Configuration;
  /** What an earlier promotion was told of objects. */
  remembered: Map<string, Texts>;
};

/** Reads both sides, each as it is at one moment. @throws AppError not_found where there is no approval environment */
export async function compareWithApproval(scope: Scope): Promise<Comparison> {
  const production = await getOwnContext(scope);
  const approval = await getApproval(scope);
  // its configuration only, and nobody's data: an administrator of production is none of approval
  const theirs = await describeConfiguration({ ...scope, contextId: approval.contextId });
  const ours = await withAllGroups(scope, await describeConfiguration(scope), theirs);
  const sides = { ...ofCarriers(theirs, ours), remembered: await loadOwnValues(scope) };
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([theirs, ours]))
    .digest('base64url');
  return { approval, production, sides, fingerprint, differences: findDifferences(sides) };
}

/** A group of a directory that carries nothing yet is in no configuration, and yet it is there. */
async function withAllGroups(scope: Scope, ours: Configuration, theirs: Configuration): Promise<Configuration> {
  const known = new Set(ours.groups.map(({ name }) => nameKey(name)));
  const unknown = theirs.groups.filter(({ name }) => !known.has(nameKey(name)));
  const found = await findGroupsByName(
    scope,
    unknown.map(({ name }) => name),
  );
  const there = unknown.filter(({ name }) => found.has(nameKey(name)));
  return { ...ours, groups: [...ours.groups, ...there] };
}

/** Of groups only those that something refers to, on either side; the others are people's own matter. */
function ofCarriers(approval: Configuration, production: Configuration): Pick<Sides, 'approval' | 'production'> {
  const carriers = new Set(
    [...listObjects(approval), ...listObjects(production)].flatMap(({ needs }) =>
      needs.filter(({ kind }) => kind === 'group').map(({ key }) => key),
    ),
  );
  const filtered = (configuration: Configuration): Configuration => ({
    ...configuration,
    groups: configuration.groups.filter(({ name }) => carriers.has(nameKey(name))),
  });
  return { approval: filtered(approval), production: filtered(production) };
}

const keyOf = { application: (one: { code: string }) => one.code, directory: (one: { name: string }) => nameKey(one.name) };

/** Approval's configuration as it would be in production: what the company is stays, and so does what it has of its own. @throws AppError invalid_input */
function project({ approval, production }: Pick<Sides, 'approval' | 'production'>, values: Choice['values']): Configuration {
  const { code, name, environment, pairedWith, address, samlEntityId, timeZone, auditRetentionDays } = production;
  const company = { code, name, environment, pairedWith, address, samlEntityId, timeZone, auditRetentionDays };
  const own = <K extends keyof typeof keyOf>(kind: K) => {
    const key = keyOf[kind] as (one: never) => string;
    const ours = new Map(production[listOfKind[kind]].map((one) => [key(one as never), one]));
    return approval[listOfKind[kind]].map((one) => {
      const id = key(one as never);
      return withOwnValues(kind, one as never, ours.get(id) as never, values[idOf({ kind, key: id })] ?? {});
    });
  };
  const projected = {
    ...approval,
    ...company,
    branding: ofAdministrators(approval.branding, production.branding),
    applications: own('application'),
    directories: withoutStale(own('directory') as Configuration['directories'], { approval, production }),
  } as Configuration;
  return Object.fromEntries(Object.entries(projected).filter(([, value]) => value !== undefined)) as Configuration;
}

/** The colour that marks approval is nobody's choice: production keeps its own. */
function ofAdministrators(approval: Keys, production: Keys): Keys {
  const { color, ...rest } = approval;
  if (color !== approvalColor) return approval;
  return production.color === undefined ? rest : { ...rest, color: production.color };
}

/** A custom field that goes leaves its mappings behind, which fill nothing: of what approval has no field for, production's own mappings stay and others are not promoted. */
function withoutStale(
  directories: Configuration['directories'],
  { approval, production }: Pick<Sides, 'approval' | 'production'>,
): Configuration['directories'] {
  const known = new Set(approval.customFields.map(({ code }) => code));
  const ours = new Map(production.directories.map((one) => [nameKey(one.name), mappedFields(one.settings)]));
  return directories.map((one) => {
    const present = ours.get(nameKey(one.name)) ?? {};
    const customFields = Object.fromEntries(
      Object.entries(mappedFields(one.settings)).flatMap(([code, name]) => {
        if (known.has(code)) return [[code, name]];
        return Object.hasOwn(present, code) ? [[code, present[code]!]] : [];
      }),
    );
    return plain({ ...one, settings: { ...one.settings, mapping: { ...(one.settings.mapping as Keys | undefined), customFields } } });
  });
}

function findDifferences(sides: Sides): PromotionDifference[] {
  const [theirs, ours] = [objectsById(sides.approval), objectsById(sides.production)];
  const found = compareConfigurations(sides.production, project(sides, {})).flatMap((difference): PromotionDifference[] => {
    const { kind, action } = difference;
    const id = idOf(difference);
    const there = theirs.get(id);
    const isTold = (path: string) => action === 'remove' || !isOwnPath(kind, path) || !hasPart(there?.value, path);
    const fields = difference.fields.filter(({ path }) => isTold(path));
    if (action === 'change' && fields.length === 0) return [];
    const asked = there && action !== 'remove';
    const questions = asked ? findQuestions(kind, there.value, ours.get(id)?.value, sides.remembered.get(id) ?? {}) : [];
    return [{ ...difference, id, fields, questions }];
  });
  return [...found, ...findUnanswered([...theirs.values()], ours, { found, remembered: sides.remembered })];
}

/** A protocol that is new in approval, of which everything is production's own to say. */
function findUnanswered(
  theirs: ConfigurationObject[],
  ours: Map<string, ConfigurationObject>,
  { found, remembered }: { found: PromotionDifference[]; remembered: Sides['remembered'] },
): PromotionDifference[] {
  const known = new Set(found.map(({ id }) => id));
  return theirs.flatMap((object): PromotionDifference[] => {
    const { kind, key, name, value, needs } = object;
    const id = idOf(object);
    const present = ours.get(id);
    if (kind !== 'application' || !present || known.has(id)) return [];
    const questions = findQuestions(kind, value, present.value, remembered.get(id) ?? {});
    if (!questions.some(({ isRequired }) => isRequired)) return [];
    return [{ kind, key, name, action: 'change', fields: [], needs, id, questions }];
  });
}

export const objectsById = (configuration: Configuration): Map<string, ConfigurationObject> =>
  new Map(listObjects(configuration).map((object) => [idOf(object), object]));

/** What is ticked when nobody has chosen yet: everything that takes nothing away. */
export const choiceByDefault = ({ differences, sides }: Pick<Comparison, 'differences' | 'sides'>): Choice => ({
  picked: differences.filter(({ action }) => action !== 'remove').map(({ id }) => id),
  values: Object.fromEntries(differences.map(({ id }) => [id, sides.remembered.get(id) ?? {}])),
  accepted: [],
});

/** The differences that are picked; others that somebody names are not there any more. */
export function pickedOf({ differences }: Pick<Comparison, 'differences'>, { picked }: Pick<Choice, 'picked'>): PromotionDifference[] {
  const ids = new Set(picked);
  return differences.filter(({ id }) => ids.has(id));
}

export type Outcome = {
  /** What is chosen, with the values that production has of its own. */
  changes: Difference[];
  result: Configuration;
};

/** Production as it would be with what is chosen. @throws AppError invalid_input where an own value cannot be read */
export function workOutcome(comparison: Comparison, choice: Choice): Outcome {
  const { sides } = comparison;
  const ids = new Set(pickedOf(comparison, choice).map(({ id }) => id));
  const values = Object.fromEntries([...ids].map((id) => [id, choice.values[id] ?? {}]));
  const changes = compareConfigurations(sides.production, project(sides, values)).filter((one) => ids.has(idOf(one)));
  return { changes, result: patchConfiguration(sides.production, changes) };
}
