import { findApplicationByCode } from '../../../../src/domain/applications/applications/index.ts';
import { assignApplication } from '../../../../src/domain/applications/assignments/index.ts';
import { acceptTerms } from '../../../../src/domain/applications/consents/index.ts';
import { addMembers, createGroup, findGroupByName } from '../../../../src/domain/people/groups/index.ts';
import { changeStatus, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { noteBrowser } from '../../../../src/domain/records/attempts/index.ts';
import { type ApplicationId, inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import { setPersonalPassword, setTemporaryPassword } from '../../../../src/domain/sign-in/credentials/password/index.ts';
import {
  defaultPolicy,
  type PolicyOverride,
  type PolicyRules,
  type SecondFactorDemand,
} from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { newId, readPassword } from '../../../../src/platform/crypto/index.ts';
import type { UseCaseStore } from '../../../support/use-cases.ts';
import { addApp, password, sessionOf } from '../../sign-in/authentication/people.ts';

export const origin = 'https://idp.example';
export const browser = 'own';
export const strange = 'strange';

/** Of `stricter`, whose override says so. */
export type Situation = {
  status: 'activated' | 'blocked' | 'deactivated' | 'invited';
  password: 'personal' | 'temporary' | 'expired' | 'none';
  hasApp: boolean;
  isKnownBrowser: boolean;
  isRemembered: boolean;
  areAttemptsUsedUp: boolean;
  hasAccepted: boolean;
  reach: 'none' | 'direct' | 'group' | 'everyone' | 'navigable';
  isDisabled: boolean;
  isLoginTaken: boolean;
  ip: string;
  demand: SecondFactorDemand;
  stricter: {
    of: 'company' | 'group' | 'application' | 'role';
    demand?: SecondFactorDemand;
    factors?: ('totp' | 'passkey')[];
    network?: boolean;
    hours?: boolean;
  };
};

export function drawSituation(random: (below: number) => number): Situation {
  const one = <T>(...list: T[]): T => list[random(list.length)]!;
  const seldom = (n: number): boolean => random(n) === 0;
  return {
    status: one('activated', 'activated', 'activated', 'activated', 'blocked', 'deactivated', 'invited'),
    password: one('personal', 'personal', 'personal', 'temporary', 'expired', 'none'),
    hasApp: one(true, false),
    isKnownBrowser: one(true, false),
    isRemembered: one(true, false),
    areAttemptsUsedUp: seldom(8),
    hasAccepted: !seldom(3),
    reach: one('none', 'direct', 'group', 'everyone', 'navigable'),
    isDisabled: seldom(8),
    isLoginTaken: !seldom(10),
    ip: one('192.0.2.7', '198.51.100.7'),
    demand: one('off', 'optional', 'required'),
    stricter: {
      of: one('company', 'group', 'application', 'role'),
      ...(seldom(2) && { demand: one('required', 'optional') }),
      ...(seldom(3) && { factors: one([], ['totp'] as const, ['passkey'] as const).slice() as ('totp' | 'passkey')[] }),
      ...(seldom(4) && { network: true }),
      ...(seldom(8) && { hours: true }),
    },
  };
}

export type Applications = Record<Situation['reach'], ApplicationId> & { groupId: string };

/** One application for each way to reach it, and a group that everybody drawn is in. */
export async function applicationsOf(scope: Scope): Promise<Applications> {
  const [payroll, mobile] = await Promise.all(['payroll', 'mobile'].map((code) => findApplicationByCode(scope, code)));
  const group = (await findGroupByName(scope, 'Drawn')) ?? (await createGroup(scope, { name: 'Drawn', description: '' }));
  const everyone = (await findGroupByName(scope, 'Everyone'))!;
  const copies = await scope
    .db('applications')
    .where('context_id', scope.contextId)
    .whereIn('code', ['for-everyone'])
    .first('application_id');
  const forEveryone = (copies?.application_id as ApplicationId) ?? (await addCopy(scope, payroll!.applicationId));
  await assignApplication(scope, forEveryone, { kind: 'group', id: everyone.groupId });
  const { applicationId } = payroll!;
  return {
    none: applicationId,
    direct: applicationId,
    group: applicationId,
    everyone: forEveryone,
    navigable: mobile!.applicationId,
    groupId: group.groupId,
  };
}

async function addCopy(scope: Scope, applicationId: ApplicationId): Promise<ApplicationId> {
  const row = await scope.db('applications').where({ context_id: scope.contextId, application_id: applicationId }).first('*');
  const id = newId() as ApplicationId;
  const own = { application_id: id, code: 'for-everyone', name: 'For everyone', name_key: 'for everyone', oidc_client_id: 'for-everyone' };
  await scope
    .db('applications')
    .insert({ ...row!, ...own, oidc: JSON.stringify({ ...row!.oidc!, client_id: 'for-everyone' }) as never, saml: null });
  return id;
}

/** As if an administrator had changed the policy and confirmed it. */
export async function putInForce({ db, contextId, clock }: Scope, rules: PolicyRules): Promise<void> {
  const row = { context_id: contextId, rules: JSON.stringify(rules), changed_at: clock.now() };
  await db('sign_in_policies').insert(row).onConflict('context_id').merge();
}

export function rulesOf(
  { demand, stricter, isLoginTaken }: Situation,
  at: { applicationId: string; groupId: string; now: Date },
): PolicyRules {
  const networks = stricter.network ? ['192.0.2.0/24'] : [];
  // a day of the week that is not today
  const hours = stricter.hours ? { days: [((at.now.getUTCDay() + 2) % 7) + 1], from: '00:00', to: '00:01', timeZone: 'UTC' } : undefined;
  const base = {
    ...defaultPolicy,
    identifiers: { email: isLoginTaken, username: true },
    secondFactor: { ...defaultPolicy.secondFactor, demand, rememberDays: 30 },
    password: { ...defaultPolicy.password, expiryDays: 90 },
  };
  if (stricter.of === 'company')
    return {
      base: {
        ...base,
        networks,
        hours,
        secondFactor: {
          ...base.secondFactor,
          demand: stricter.demand ?? demand,
          factors: stricter.factors?.length ? stricter.factors : base.secondFactor.factors,
        },
      },
      overrides: [],
    };
  const target: PolicyOverride['for'] =
    stricter.of === 'group'
      ? { kind: 'group', groupId: at.groupId }
      : stricter.of === 'application'
        ? { kind: 'application', applicationId: at.applicationId }
        : { kind: 'role', role: 'regular' };
  // two rules of which each leaves another factor leave none
  if (stricter.factors?.length === 0) base.secondFactor.factors = ['passkey'];
  const factors = stricter.factors?.length === 0 ? (['totp'] as const).slice() : stricter.factors;
  const secondFactor = { ...(stricter.demand && { demand: stricter.demand }), ...(factors && { factors }) };
  return { base, overrides: [{ overrideId: newId(), for: target, password: {}, session: {}, secondFactor, networks, hours }] };
}

/** Somebody whom the situation is about. */
export async function prepare(
  store: UseCaseStore,
  situation: Situation,
  applicationId: ApplicationId,
): Promise<{ user: User; secret?: string }> {
  const { scope } = store;
  const made = await store.person();
  const { userId } = made;
  const hash = await scope.hasher.hash(readPassword(password));
  await addMembers(scope, (await applicationsOf(scope)).groupId, [userId]);
  if (situation.reach === 'direct') await assignApplication(scope, applicationId, { kind: 'user', id: userId });
  if (situation.reach === 'group') await addMembers(scope, (await findGroupByName(scope, 'Finance'))!.groupId, [userId]);
  const { secret } = situation.hasApp ? await addApp(store, await sessionOf(store, userId)) : { secret: undefined };
  await inTransaction(scope, async (inside) => {
    if (situation.password === 'temporary') await setTemporaryPassword(inside, made, { password, hash });
    else if (situation.password !== 'none') await setPersonalPassword(inside, made, hash);
    if (situation.isKnownBrowser)
      await noteBrowser(
        inside,
        userId,
        browser,
        true,
        situation.isRemembered ? new Date(scope.clock.now().getTime() + 86_400_000) : undefined,
      );
  });
  const own = { context_id: scope.contextId, user_id: userId };
  if (situation.password === 'expired')
    await scope
      .db('passwords')
      .where(own)
      .update({ changed_at: new Date(scope.clock.now().getTime() - 100 * 86_400_000) });
  if (situation.hasAccepted) await acceptTerms(scope, userId, 1, 'en');
  if (situation.status === 'invited') await scope.db('users').where(own).update({ status: 'invited' });
  else if (situation.status !== 'activated') await changeStatus(scope, userId, situation.status === 'blocked' ? 'block' : 'deactivate');
  if (situation.areAttemptsUsedUp) {
    const now = scope.clock.now();
    if (situation.isKnownBrowser) await scope.db('known_browsers').where(own).update({ failed: 5, failed_at: now });
    else await scope.db('sign_in_attempts').insert({ ...own, failed: 5, pending: 0, last_at: now });
  }
  // a code is taken once, and the app has shown one already
  store.wait(1);
  return { user: await getUser(scope, userId), secret };
}
