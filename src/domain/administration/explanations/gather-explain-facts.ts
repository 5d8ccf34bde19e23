import type { AccessFinder } from '../../applications/access/index.ts';
import { type Application, findApplicationById } from '../../applications/applications/index.ts';
import { findReach } from '../../applications/assignments/index.ts';
import { listConsents, termsSettings } from '../../applications/consents/index.ts';
import { loadSettings } from '../../company/context-settings/index.ts';
import { type DirectoryRules, directoryRules } from '../../people/directories/index.ts';
import { findUserById, findUserByLogin, type User } from '../../people/users/index.ts';
import { type AttemptCounts, listCounts } from '../../records/attempts/index.ts';
import { type ApplicationId, isId, type Scope } from '../../scope.ts';
import { type Facts, findStanding, gatherFacts, type Proven, type Standing } from '../../sign-in/authentication/index.ts';
import { factorsUsableAt } from '../../sign-in/credentials/factors/index.ts';
import { findPolicyOf, loadPolicy, type PolicyRules, rulesInForce } from '../../sign-in/sign-in-policy/index.ts';
import type { ExplainFacts, ProofFacts } from './explain-facts.ts';
import { directoryFault } from './explain-proof.ts';
import { gatherApplication } from './gather-application.ts';
import { describeAttempts, findWaitingEntry, gatherPerson, gatherProof } from './gather-person.ts';
import { gatherPolicy } from './gather-policy.ts';
import { gatherRelease } from './gather-release.ts';
import { methodsOf } from './run-journey.ts';

/** Where the company is, and how access is read. */
export type ExplainTools = {
  findAccess: AccessFinder;
  company: ExplainFacts['company'];
  origin: string;
  entityId: string;
};

/** Who wants where, from where, and when. A person is named by login or id; without an application it is the Launchpad. */
export type Question = { person: string; applicationId?: string; application?: string; ip: string; isKnownBrowser: boolean; at: Date };

/** Loads what a sign-in at that moment would load, and writes nothing: nobody's attempt is counted. */
export async function gatherExplainFacts(scope: Scope, tools: ExplainTools, question: Question): Promise<ExplainFacts> {
  const { ip, at } = question;
  const then: Scope = { ...scope, clock: { now: () => at }, actor: { ...scope.actor, ip } };
  const [application, user] = await Promise.all([
    question.applicationId === undefined ? undefined : findApplicationById(then, question.applicationId),
    isId(question.person) ? findUserById(then, question.person) : findUserByLogin(then, question.person),
  ]);
  const rules = rulesInForce(await loadPolicy(then), at);
  const [facts, policy] = await Promise.all([
    application && gatherApplication(then, application),
    gatherPolicy(then, rules, user ?? { role: 'regular' }, application?.applicationId),
  ]);
  const base: ExplainFacts = {
    at: at.getTime(),
    ip,
    isKnownBrowser: question.isKnownBrowser,
    company: tools.company,
    asked: { person: question.person, application: question.application ?? question.applicationId },
    ...(facts && { application: facts }),
    policy,
  };
  if (!user) {
    const entry = isId(question.person) ? undefined : await findWaitingEntry(then, question.person);
    const access = { assignment: nobody, ...(application && { application: pick(application) }) };
    return { ...base, ...(entry && { entry }), ...(isAsked(question) && { access }) };
  }
  const own = await gatherOfPerson(then, tools, { rules, user, application, isKnownBrowser: question.isKnownBrowser });
  if (!isAsked(question) || application) return { ...base, ...own };
  return { ...base, ...own, access: { person: { status: user.status }, assignment: nobody } };
}

const isAsked = ({ applicationId, application }: Question): boolean => (applicationId ?? application) !== undefined;
const nobody = { direct: false, byGroup: false, byEveryone: false };
const pick = ({ enabled, navigable }: Application) => ({ enabled, navigable });

type Whom = { rules: PolicyRules; user: User; application: Application | undefined; isKnownBrowser: boolean };

async function gatherOfPerson(then: Scope, tools: ExplainTools, whom: Whom): Promise<Partial<ExplainFacts>> {
  const { user, rules, application } = whom;
  const [counts, standing, { value: directories }] = await Promise.all([
    listCounts(then, user.userId, then.clock.now()),
    findStanding(then, user.userId, ''),
    loadSettings(then, directoryRules),
  ]);
  const known = whom.isKnownBrowser ? counts.browsers[0] : undefined;
  // the browser of the question, in place of the one that asks
  const there: Standing = { ...standing!, remembered: known?.remembered };
  const isKnownBrowser = known !== undefined;
  const person = await gatherPerson(then, user, rules);
  const [{ proof, signIn }, atApplication] = await Promise.all([
    gatherSignIn(then, tools, { ...whom, isKnownBrowser, there, counts, directories, isLoginTaken: person.isLoginTaken }),
    application && gatherAtApplication(then, tools, user, application),
  ]);
  return { person, isKnownBrowser, attempts: describeAttempts(rules.base.lockout, counts), proof, signIn, ...atApplication };
}

type There = Whom & { there: Standing; counts: AttemptCounts; directories: DirectoryRules; isLoginTaken: boolean };

/** `gatherFacts` as at a real sign-in, of somebody who has just proven who they are. */
async function gatherSignIn(then: Scope, tools: ExplainTools, around: There): Promise<{ proof: ProofFacts; signIn: Facts }> {
  const { user, rules, application, there, counts, directories, isKnownBrowser, isLoginTaken } = around;
  const usableFactors = factorsUsableAt(tools.origin);
  const { secondFactor } = await findPolicyOf(then, rules, user, application?.applicationId);
  const taken = secondFactor.demand === 'off' ? [] : secondFactor.factors.filter((kind) => usableFactors.includes(kind));
  const proof = await gatherProof(then, there, { rules: directories, counts, taken });
  const { value: terms } = await loadSettings(then, termsSettings);
  const signIn = await gatherFacts(then, rules, {
    proven: provenBy(there, proof, { isKnownBrowser, isLoginTaken, now: then.clock.now() }),
    standing: there,
    demands: {},
    applicationId: application?.applicationId,
    browser: '',
    usableFactors,
    termsEdition: terms.edition,
  });
  return { proof, signIn };
}

type By = { isKnownBrowser: boolean; isLoginTaken: boolean; now: Date };

/** The proof that this person would most likely give: the password of the network, else the personal one, else a factor alone. */
function provenBy({ user, password, network }: Standing, proof: ProofFacts, { isKnownBrowser, isLoginTaken, now }: By): Proven {
  const at = Math.max(now.getTime(), user.proofsAfter?.getTime() ?? 0);
  const proven: Proven = { userId: user.userId, at, amr: ['pwd'], passwordChangedAt: password?.changedAt.getTime() };
  const { directory, personal, alone } = proof;
  if (isLoginTaken && directory && !directoryFault(directory, isKnownBrowser))
    return { ...proven, directoryId: network!.directoryId, entryId: network!.entryId };
  if ((isLoginTaken && personal?.counts) || alone.length === 0) return proven;
  return { ...proven, amr: methodsOf[alone[0]!], isPasswordless: true };
}

async function gatherAtApplication(
  then: Scope,
  { findAccess, entityId }: ExplainTools,
  { userId }: User,
  application: Application,
): Promise<Partial<ExplainFacts>> {
  const { applicationId, navigable, oidc } = application;
  const [{ profile, ...access }, reach, consents] = await Promise.all([
    findAccess(then.contextId, userId, applicationId),
    findReach(then, userId, applicationId as ApplicationId),
    oidc?.consent_required ? listConsents(then, userId) : undefined,
  ]);
  const release = profile && (await gatherRelease(then, application, profile, entityId));
  const given = consents?.find((one) => one.applicationId === applicationId)?.scopes ?? [];
  return {
    access,
    reach: { ...reach, isNavigable: navigable },
    ...(consents && { consent: { given } }),
    ...(release && { release }),
  };
}
