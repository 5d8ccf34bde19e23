import { listApplications, listApplicationsByIds } from '../../../domain/applications/applications/index.ts';
import { getGroup, searchGroups } from '../../../domain/people/groups/index.ts';
import { findUserByLogin, fullName } from '../../../domain/people/users/index.ts';
import { changePolicy, confirmPolicy, revertPolicy } from '../../../domain/sign-in/authentication/index.ts';
import { factorKinds } from '../../../domain/sign-in/credentials/factors/index.ts';
import { characterClasses } from '../../../domain/sign-in/credentials/password/index.ts';
import {
  explainPolicy,
  findPolicySubject,
  loadPolicy,
  type PolicyOverride,
  type PolicyRules,
  rulesInForce,
  secondFactorDemands,
  tellPolicyValue,
} from '../../../domain/sign-in/sign-in-policy/index.ts';
import { newId } from '../../../platform/crypto/index.ts';
import { AppError, notFound } from '../../../platform/errors/index.ts';
import { factorTexts, type PageContext, type Refusal, type Route, renameFields, renderPage, usableFactors } from '../../request/index.ts';
import { tryPolicy } from '../simulations/try-policy.ts';
import { redirectTo, shownVersion, submitForm } from '../submit.ts';
import { listTimeZones, shownZone } from '../time-zones.ts';
import { readBase, readOverride } from './read-policy.ts';

const at = '/admin/policy';

export const policyRoutes: Route[] = [
  { method: 'GET', path: at, access: 'administrator', handle: (page) => showPolicy(page) },
  { method: 'POST', path: at, access: 'administrator', handle: submitPolicy },
  { method: 'POST', path: `${at}/trial`, access: 'administrator', handle: submitTrial },
  { method: 'GET', path: `${at}/overrides/:override`, access: 'administrator', handle: (page) => showOverride(page) },
  { method: 'POST', path: `${at}/overrides/:override`, access: 'administrator', handle: submitOverride },
];

/** What the lists of a form offer. */
const choices = ({ locale, services, context }: PageContext) => ({
  classes: characterClasses,
  factors: factorKinds,
  texts: factorTexts,
  demands: secondFactorDemands,
  timeZones: listTimeZones(locale, services.clock.now()),
  shownZone,
  companyZone: context.timeZone,
});

async function showPolicy(page: PageContext, typed?: Record<string, unknown>, refusal?: Refusal): Promise<void> {
  const stored = await loadPolicy(page.scope);
  const rules = rulesInForce(stored, page.services.clock.now());
  const trial = stored.trial && stored.trial.revertsAt > page.services.clock.now() ? stored.trial : undefined;
  renderPage(
    page,
    'admin-console/policy/policy',
    {
      ...choices(page),
      policy: typed ?? rules.base,
      hours: (typed ?? rules.base).hours ?? {},
      networks: ((typed ?? rules.base).networks as string[]).join('\n'),
      version: stored.version,
      trial,
      overrides: await Promise.all(rules.overrides.map(async (one) => ({ overrideId: one.overrideId, name: await nameOf(page, one) }))),
      example: await workOut(page, rules),
      policyValue: (part: string, value: unknown) => tellPolicyValue(page.t, part, value),
      applications: await listApplicationNames(page),
      typedLogin: page.query('login'),
      typedApplication: page.query('application'),
    },
    { refusal },
  );
}

async function submitPolicy(page: PageContext): Promise<void> {
  const base = readBase(page.form);
  const version = shownVersion(page);
  await change(
    page,
    version,
    (rules) => ({ ...rules, base }),
    (refusal) =>
      showPolicy(
        page,
        base,
        renameFields(refusal, (path) => path.replace(/^base\./, '')),
      ),
  );
}

/** Changes the rules that are in force, and tells whether that stands or is on trial. */
async function change(
  page: PageContext,
  version: number,
  make: (rules: PolicyRules) => unknown,
  showAgain: (refusal: Refusal) => Promise<void>,
): Promise<void> {
  const rules = rulesInForce(await loadPolicy(page.scope), page.services.clock.now());
  if (page.form.get('try') === 'yes') return tryPolicy(page, version, make(rules), showAgain);
  const done = await submitForm(page, () => changePolicy(page.scope, make(rules), version, usableFactors(page)), showAgain);
  if (done) redirectTo(page, at, done.outcome === 'on-trial' ? 'policy_on_trial' : 'policy_changed');
}

async function submitTrial(page: PageContext): Promise<void> {
  const keep = page.form.get('decision') === 'keep';
  await (keep ? confirmPolicy : revertPolicy)(page.scope, shownVersion(page));
  redirectTo(page, at, keep ? 'policy_confirmed' : 'policy_reverted');
}

async function showOverride(page: PageContext, typed?: Record<string, unknown>, refusal?: Refusal): Promise<void> {
  const stored = await loadPolicy(page.scope);
  const isNew = page.params.override === 'new';
  const found = rulesInForce(stored, page.services.clock.now()).overrides.find(({ overrideId }) => overrideId === page.params.override);
  if (!isNew && !found) throw notFound();
  const values = typed ?? found ?? { password: {}, session: {}, secondFactor: {}, networks: [] };
  renderPage(
    page,
    'admin-console/policy/override',
    {
      ...choices(page),
      isNew,
      values,
      hours: values.hours ?? {},
      networks: (values.networks as string[]).join('\n'),
      target: targetOf(values.for as PolicyOverride['for'] | undefined),
      name: found && (await nameOf(page, found)),
      groups: await searchGroups(page.scope, { limit: 1000, withEveryone: true }),
      applications: await listApplicationNames(page),
      version: stored.version,
    },
    { refusal },
  );
}

const targetOf = (target: PolicyOverride['for'] | undefined): string =>
  target
    ? `${target.kind}:${target.kind === 'group' ? target.groupId : target.kind === 'application' ? target.applicationId : target.role}`
    : '';

async function submitOverride(page: PageContext): Promise<void> {
  const isNew = page.params.override === 'new';
  const overrideId = isNew ? newId() : page.params.override!;
  const version = shownVersion(page);
  const override = readOverride(page.form, overrideId);
  const isRemoved = page.form.get('remove') === 'yes';
  await change(
    page,
    version,
    (rules) => {
      if (!isNew && !rules.overrides.some((one) => one.overrideId === overrideId)) throw new AppError('changed_meanwhile', 409);
      const others = rules.overrides.map((one) => (one.overrideId === overrideId ? override : one));
      if (isRemoved) return { ...rules, overrides: rules.overrides.filter((one) => one.overrideId !== overrideId) };
      return { ...rules, overrides: isNew ? [...others, override] : others };
    },
    (refusal) =>
      showOverride(
        page,
        override,
        renameFields(refusal, (path) => path.replace(/^overrides\.\d+\./, '')),
      ),
  );
}

async function nameOf(page: PageContext, { for: target }: PolicyOverride): Promise<string> {
  if (target.kind === 'role') return page.t(`roles.${target.role}`);
  if (target.kind === 'group') {
    const group = await getGroup(page.scope, target.groupId).catch(() => undefined);
    return group ? (group.isEveryone ? page.t('groups.everyone') : group.name) : page.t('policy.gone');
  }
  const [application] = await listApplicationsByIds(page.scope, [target.applicationId]);
  return application?.name ?? page.t('policy.gone');
}

const listApplicationNames = async (page: PageContext) =>
  (await listApplications(page.scope, {}, 500)).items.map(({ applicationId, name }) => ({ applicationId, name }));

/** The worked example: what holds for this person at that application, and which rule made each part so. */
async function workOut(page: PageContext, rules: PolicyRules) {
  const login = page.query('login').trim();
  if (!login) return undefined;
  const user = await findUserByLogin(page.scope, login);
  if (!user) return { missing: login };
  const subject = await findPolicySubject(page.scope, rules, user, page.query('application') || undefined);
  const rows = await Promise.all(
    explainPolicy(rules, subject).map(async ({ part, value, from }) => ({ part, value, from: from && (await nameOf(page, from)) })),
  );
  return { name: fullName(user), rows };
}
