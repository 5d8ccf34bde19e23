import { type AccessFinder, createAccessFinder, decide } from '../../../../src/domain/applications/access/index.ts';
import { registerApplication } from '../../../../src/domain/applications/applications/index.ts';
import { assignApplication } from '../../../../src/domain/applications/assignments/index.ts';
import { termsSettings } from '../../../../src/domain/applications/consents/index.ts';
import { loadSettings } from '../../../../src/domain/company/context-settings/index.ts';
import { addMembers, createGroup, findGroupByName } from '../../../../src/domain/people/groups/index.ts';
import { fullName, getUser, type User } from '../../../../src/domain/people/users/index.ts';
import { recordEvent } from '../../../../src/domain/records/audit/index.ts';
import { type ApplicationId, inTransaction, type Scope } from '../../../../src/domain/scope.ts';
import { findNextStep, type Proven, takesLogin } from '../../../../src/domain/sign-in/authentication/index.ts';
import { loadPolicy, rulesInForce } from '../../../../src/domain/sign-in/sign-in-policy/index.ts';
import { hashToken, newId } from '../../../../src/platform/crypto/index.ts';
import type { UseCaseStore } from '../../../support/use-cases.ts';

export const kinds = ['totp', 'passkey'] as const;
const dayMs = 86_400_000;

/** Somebody, and how they sign in. */
export type Visitor = { user: User; applicationId?: ApplicationId; ip: string; userAgent: string; browser: string };

export type Company = {
  groups: Record<'finance' | 'sales', string>;
  applications: Record<'payroll' | 'wiki' | 'crm', ApplicationId>;
  visitors: Visitor[];
};

/** A small company in which everybody stands differently, and all of them have just signed in. */
export async function prepareCompany(store: UseCaseStore): Promise<Company> {
  const { scope } = store;
  const groups = {
    finance: (await createGroup(scope, { name: `Finance ${newId()}` })).groupId,
    sales: (await createGroup(scope, { name: `Sales ${newId()}` })).groupId,
  };
  const application = async (code: string, navigable = false) =>
    (await registerApplication(scope, { code: `${code}-${newId().slice(-12)}`, name: code, navigable, enabled: true } as never)).application
      .applicationId;
  const applications = { payroll: await application('payroll'), wiki: await application('wiki', true), crm: await application('crm') };
  const everyone = (await findGroupByName(scope, 'Everyone'))!.groupId;
  await assignApplication(scope, applications.payroll, { kind: 'group', id: groups.finance });
  await assignApplication(scope, applications.crm, { kind: 'group', id: everyone });
  const visitors: Visitor[] = [];
  let n = 0;
  const add = async (how: {
    more?: Parameters<UseCaseStore['person']>[0];
    group?: keyof typeof groups;
    direct?: boolean;
    factors?: (typeof kinds)[number][];
    passwordDays?: number;
    remembered?: boolean;
    ip?: string;
    to?: keyof typeof applications;
  }): Promise<void> => {
    const user = await store.person(how.more);
    const browser = `browser ${n++}`;
    const userAgent = `Browser/${n}`;
    if (how.group) await addMembers(scope, groups[how.group], [user.userId]);
    if (how.direct) await assignApplication(scope, applications.payroll, { kind: 'user', id: user.userId });
    const now = scope.clock.now();
    const own = { context_id: scope.contextId, user_id: user.userId };
    const changed_at = new Date(now.getTime() - (how.passwordDays ?? 1) * dayMs);
    await scope.db('passwords').insert({ ...own, hash: 'none', must_change: false, changed_at });
    for (const kind of how.factors ?? [])
      await scope.db('second_factors').insert({ ...own, factor_id: newId(), kind, name: kind, created_at: now } as never);
    await scope.db('known_browsers').insert({
      ...own,
      browser_hash: hashToken(browser),
      user_agent: userAgent,
      first_at: now,
      last_at: now,
      ...(how.remembered ? { remembered_at: now, remembered_until: new Date(now.getTime() + 30 * dayMs) } : {}),
    });
    visitors.push({ user, applicationId: how.to && applications[how.to], ip: how.ip ?? '10.1.2.3', userAgent, browser });
  };
  await add({});
  await add({ to: 'payroll', group: 'finance' });
  await add({ to: 'payroll', direct: true });
  await add({ to: 'payroll', group: 'finance', direct: true, factors: ['totp'] });
  await add({ to: 'payroll', group: 'finance', ip: '203.0.113.9', factors: ['passkey'] });
  await add({ to: 'wiki', group: 'sales', factors: ['totp'], remembered: true });
  await add({ to: 'wiki', group: 'sales', passwordDays: 400 });
  await add({ to: 'wiki', more: { role: 'administrator' }, factors: ['totp', 'passkey'] });
  await add({ to: 'crm', more: { username: `visitor${newId().slice(-12)}` }, ip: '2001:db8::1' });
  await add({ to: 'crm', group: 'finance', passwordDays: 90, factors: ['totp'], ip: '203.0.113.10' });
  await add({ to: 'crm', more: { role: 'administrator' } });
  for (const visitor of visitors) await recordSignIn(scope, visitor);
  return { groups, applications, visitors };
}

const asVisitor = (scope: Scope, { user, ip, userAgent }: Visitor): Scope => ({
  ...scope,
  actor: { kind: 'person', id: user.userId, name: fullName(user), ip, userAgent },
});

/** As the end of a sign-in records it. */
export const recordSignIn = (scope: Scope, visitor: Visitor, amr = ['pwd'], more: Record<string, unknown> = {}): Promise<void> =>
  inTransaction(asVisitor(scope, visitor), (inside) =>
    recordEvent(inside, {
      type: 'sign-in.succeeded',
      subject: { kind: 'user', id: visitor.user.userId, name: fullName(visitor.user) },
      applicationId: visitor.applicationId,
      details: { amr, protocol: 'oidc', ...more },
    }),
  );

export type Real = { asks: string[]; refusal?: string };

const methods: Record<string, string[]> = { totp: ['otp', 'mfa'], passkey: ['hwk', 'mfa'] };

/** What really happens to somebody who signs in now: the facts are loaded as for a sign-in, for this one person. */
export async function signInForReal(store: UseCaseStore, visitor: Visitor, findAccess: AccessFinder): Promise<Real> {
  const scope = asVisitor(store.scope, visitor);
  const rules = rulesInForce(await loadPolicy(scope), scope.clock.now());
  const user = await getUser(scope, visitor.user.userId);
  if (![user.email, user.username].some((login) => login && takesLogin(rules, login))) return { asks: [], refusal: 'login-not-taken' };
  const stored = await scope.db('passwords').where({ context_id: scope.contextId, user_id: user.userId }).first('changed_at');
  const { edition: termsEdition } = (await loadSettings(scope, termsSettings)).value;
  const asks: string[] = [];
  let amr = ['pwd'];
  for (;;) {
    const proven: Proven = { userId: user.userId, at: scope.clock.now().getTime(), amr, passwordChangedAt: stored!.changed_at.getTime() };
    const { applicationId, browser } = visitor;
    const arrival = { proven, demands: {}, applicationId, browser, usableFactors: [...kinds], termsEdition };
    const step = await findNextStep(scope, rules, arrival);
    if (step.step === 'kept-out') return { asks, refusal: `kept-out-${step.why}` };
    if (step.step === 'done') break;
    asks.push(step.step);
    if (step.step === 'second-factor') amr = [...amr, ...methods[step.offers[0]!]!];
    else if (step.step === 'enrol') amr = [...amr, ...methods[step.factors[0]!]!];
    else break;
  }
  if (!visitor.applicationId) return { asks };
  const verdict = decide(await findAccess(scope.contextId, user.userId, visitor.applicationId));
  return { asks, refusal: verdict.allowed ? undefined : verdict.reason };
}

export const createFinder = (store: UseCaseStore): AccessFinder => createAccessFinder(store.database);
