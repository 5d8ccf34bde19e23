import { decide } from '../../applications/access/index.ts';
import {
  describeFactors,
  describePassword,
  type Facts,
  mayUsePersonalPassword,
  networkEntryOf,
  type Standing,
  takesAlone,
  takesLogin,
} from '../../sign-in/authentication/index.ts';
import { type FactorKind, factorsIn } from '../../sign-in/credentials/factors/index.ts';
import { admits, type EffectivePolicy, type PolicySubject } from '../../sign-in/sign-in-policy/index.ts';
import { runJourney } from '../explanations/index.ts';
import { groupsIn, hasByName, type World } from './world.ts';

/** How somebody came in the last 30 days, as it was recorded. */
export type Arrived = {
  applicationId?: string;
  at: Date;
  /** Left out where the application was opened in a session of before: the sign-in is not known, the way to the application is. */
  signIn?: { ip: string; amr: string[]; isOfNetwork: boolean; remembered?: Standing['remembered'] };
};

/** Somebody as they stand today. */
export type Person = { standing: Standing; groupIds: string[]; direct: Set<string> };

/** Of the deployment, and the same before and after. */
export type Setting = { now: Date; usableFactors: FactorKind[] };

/** What would happen: what the person is asked for besides what they proved first, and what refuses them in the end. */
export type Outcome = { asks: string[]; refusal?: string; subject: PolicySubject };

/** A sign-in like this one, by somebody as they stand today, in this company: what `nextStep` and `decide` say of it. */
export function judge(
  world: World,
  { standing, groupIds, direct }: Person,
  { applicationId, at, signIn }: Arrived,
  setting: Setting,
): Outcome {
  const { user } = standing;
  const subject: PolicySubject = { role: user.role, groupIds: groupsIn(world, user.userId, groupIds), applicationId };
  const signedIn = signIn ? judgeSignIn(world, standing, { at, signIn }, subject, setting) : { asks: [] };
  if (signedIn.refusal) return { ...signedIn, subject };
  if (!applicationId) return { ...signedIn, subject, refusal: user.status === 'activated' ? undefined : 'person-not-active' };
  const application = world.applications.get(applicationId);
  const byGroup = subject.groupIds.some((id) => id !== world.everyoneId && application?.groupIds.has(id));
  const verdict = decide({
    person: { status: user.status },
    application,
    assignment: {
      direct: hasByName(world, user.userId, applicationId, direct.has(applicationId)),
      byGroup,
      byEveryone: world.everyoneId !== undefined && application?.groupIds.has(world.everyoneId) === true,
    },
  });
  return { ...signedIn, subject, refusal: verdict.allowed ? undefined : verdict.reason };
}

function judgeSignIn(
  world: World,
  standing: Standing,
  { at, signIn }: Required<Pick<Arrived, 'at' | 'signIn'>>,
  subject: PolicySubject,
  setting: Setting,
): { asks: string[]; refusal?: string } {
  const { email, username } = standing.user;
  const policy = world.policies.policyOf(subject);
  const [kind] = signIn.amr.includes('pwd') ? [] : factorsIn(signIn.amr);
  const isAlone = kind !== undefined && setting.usableFactors.includes(kind) && takesAlone(policy, kind);
  const hasLogin = [email, username].some((login) => login !== undefined && takesLogin(world.rules, login));
  if (!isAlone && !hasLogin) return { asks: [], refusal: 'login-not-taken' };
  const password = isAlone ? undefined : passwordAsked(world, standing, signIn);
  if (password === 'none') return { asks: [], refusal: 'no-password' };
  const isOfNetwork = password === 'network' || (isAlone && signIn.isOfNetwork);
  const facts = describeSignIn(world, standing, policy, { at, signIn: { ...signIn, isOfNetwork }, isAlone }, setting);
  const steps = runJourney(facts);
  const end = steps.at(-1)!;
  const asks = steps.map(({ step }) => step).filter((step) => !passive.has(step));
  return {
    // who came by a factor alone that is not taken any more, or by the other password, has to know one
    asks: [
      ...(kind !== undefined && !isAlone ? ['password'] : []),
      ...(kind === undefined ? otherPassword(signIn, password) : []),
      ...asks,
    ],
    refusal: end.step === 'kept-out' ? `kept-out-${end.why}` : undefined,
  };
}

/** By which password somebody who came by one would come there: the same one where it is still taken. */
function passwordAsked(
  { directoryRules }: World,
  standing: Standing,
  { isOfNetwork }: Pick<NonNullable<Arrived['signIn']>, 'isOfNetwork'>,
): 'network' | 'personal' | 'none' {
  const network = networkEntryOf(standing, directoryRules) ? 'network' : undefined;
  const personal = standing.password && mayUsePersonalPassword(standing, directoryRules) ? 'personal' : undefined;
  return (isOfNetwork ? (network ?? personal) : (personal ?? network)) ?? 'none';
}

const otherPassword = ({ isOfNetwork }: { isOfNetwork: boolean }, asked: 'network' | 'personal' | undefined): string[] =>
  asked === undefined || (asked === 'network') === isOfNetwork ? [] : [asked === 'network' ? 'password-of-network' : 'personal-password'];

/** Steps that every sign-in has, or that ask nothing of anybody. */
const passive = new Set<string>(['identify', 'password', 'kept-out', 'done']);

/** As `gatherFacts` describes who has just proven who they are. The network and the hour are those of then, all else is as it stands today. */
function describeSignIn(
  { termsEdition }: World,
  standing: Standing,
  policy: EffectivePolicy,
  { at, signIn, isAlone }: Required<Pick<Arrived, 'at' | 'signIn'>> & { isAlone: boolean },
  { now, usableFactors }: Setting,
): Facts {
  const { user, password, network } = standing;
  const { demand, factors, rememberDays } = policy.secondFactor;
  const isUsable = (factor: FactorKind) => usableFactors.includes(factor);
  return {
    now: now.getTime(),
    demands: {},
    proven: {
      userId: user.userId,
      at: now.getTime(),
      amr: isAlone ? signIn.amr : ['pwd'],
      passwordChangedAt: password?.changedAt.getTime(),
      isPasswordless: isAlone,
      directoryId: signIn.isOfNetwork ? network?.directoryId : undefined,
    },
    password: password && describePassword(password, policy, now, false),
    policy: { demand, factors: factors.filter(isUsable), keepsOut: admits(policy, { ip: signIn.ip, now: at }) },
    terms: { edition: termsEdition, accepted: user.termsEdition ?? 0 },
    ...describeFactors({ ...standing, remembered: signIn.remembered }, isUsable, rememberDays, now),
  };
}
