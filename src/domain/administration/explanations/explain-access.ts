import { type AccessFacts, type AccessVerdict, decide, type RefusalReason } from '../../applications/access/index.ts';
import { liftsBlock } from './explain-account.ts';
import type { ApplicationFacts, ExplainFacts, ReleaseFacts, SetupFault } from './explain-facts.ts';
import type { ExplanationStep, Mend, StepName } from './explanation.ts';

/** What `decide` says of the person once they have signed in: who ends a block by it is active then. */
export function verdictOf(given: ExplainFacts, access: AccessFacts): AccessVerdict {
  return decide(liftsBlock(given) ? { ...access, person: { status: 'activated' } } : access);
}

/** The step that tells of each rule. */
export const stepOfRule: Record<RefusalReason, StepName> = {
  'person-unknown': 'person',
  'person-not-active': 'account',
  'application-unknown': 'application',
  'application-disabled': 'application',
  'not-assigned': 'access',
};

const holds = (verdict: AccessVerdict, rule: RefusalReason): boolean => verdict.rules.find((one) => one.rule === rule)?.holds === true;

export function applicationStep(given: ExplainFacts, verdict: AccessVerdict): ExplanationStep {
  const { application, asked } = given;
  if (!application || !holds(verdict, 'application-unknown')) {
    const mend: Mend = { page: 'applications', params: {} };
    return { step: 'application', outcome: 'refuses', reason: 'application-unknown', facts: { asked: asked.application }, mend };
  }
  const facts = { name: application.name, ...(application.protocol && { protocol: application.protocol }) };
  if (holds(verdict, 'application-disabled')) return { step: 'application', outcome: 'passed', facts };
  const mend: Mend = { page: 'application', params: { application: application.applicationId } };
  return { step: 'application', outcome: 'refuses', reason: 'application-disabled', facts, mend };
}

const ofCertificates = ['no-signing-certificate', 'signing-certificate-ended'];

/** What is wrong with how the application is set up, as far as it can be seen without a request. The first that keeps people out is the reason. */
export function protocolStep({ applicationId, protocol }: ApplicationFacts, setup: SetupFault[]): ExplanationStep {
  const fault = setup.find(({ refuses }) => refuses) ?? setup[0];
  const facts = { protocol, faults: setup.map(({ reason, detail }) => ({ reason, ...(detail && { detail }) })) };
  if (!fault) return { step: 'protocol', outcome: 'passed', facts };
  const mend: Mend = ofCertificates.includes(fault.reason)
    ? { page: 'certificates', params: {} }
    : { page: 'application-edit', params: { application: applicationId } };
  return { step: 'protocol', outcome: fault.refuses ? 'refuses' : 'unknown', reason: fault.reason, facts, mend };
}

/** By which ways the application is the person's, or that there is none. */
export function accessStep(given: ExplainFacts, verdict: AccessVerdict): ExplanationStep {
  const { reach, application, person } = given;
  const facts = { ...(reach ?? {}), rules: verdict.rules };
  if (!application || !person) return { step: 'access', outcome: 'unknown', facts };
  if (holds(verdict, 'not-assigned')) return { step: 'access', outcome: 'passed', facts };
  const mend: Mend = { page: 'user-applications', params: { user: person.userId, application: application.applicationId } };
  return { step: 'access', outcome: 'refuses', reason: 'not-assigned', facts, mend };
}

/** A third-party application receives nothing before the person agrees. What it requests is only known from its request. */
export function consentStep({ given }: { given: string[] }): ExplanationStep {
  return { step: 'consent', outcome: given.length > 0 ? 'passed' : 'asks', facts: { given } };
}

export function releaseStep(release: ReleaseFacts, given: ExplainFacts): ExplanationStep {
  if (release.protocol === 'oidc') return { step: 'release', outcome: 'passed', facts: release };
  const { fault } = release;
  // a name that is made at the first sign-in is not made by looking
  if (!fault) return { step: 'release', outcome: 'passed', facts: release };
  const isOfPerson = fault === 'no-email' || fault === 'no-value';
  const mend: Mend = isOfPerson
    ? { page: 'user-edit', params: { user: given.person?.userId ?? '' } }
    : { page: 'application-edit', params: { application: given.application?.applicationId ?? '' } };
  return { step: 'release', outcome: 'refuses', reason: `name-${fault}`, facts: release, mend };
}
