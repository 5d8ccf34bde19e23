import { accessStep, applicationStep, consentStep, protocolStep, releaseStep, verdictOf } from './explain-access.ts';
import { accountStep, attemptsStep, companyStep, personStep } from './explain-account.ts';
import type { ExplainFacts } from './explain-facts.ts';
import { directoryStep, passwordStep } from './explain-proof.ts';
import { signInSteps } from './explain-sign-in.ts';
import type { ExplainedRule, Explanation, ExplanationStep } from './explanation.ts';

/** Why somebody gets in, or does not: what `nextStep` and `decide` say of these facts, step by step. It reads nothing, so that what was is explained as what is. */
export function explain(facts: ExplainFacts): Explanation {
  const { application, person, attempts, proof, signIn, access, consent, release } = facts;
  const verdict = access && verdictOf(facts, access);
  const steps: ExplanationStep[] = [
    companyStep(facts),
    ...(verdict ? [applicationStep(facts, verdict)] : []),
    ...(application?.setup ? [protocolStep(application, application.setup)] : []),
    personStep(facts),
    ...(person ? [accountStep(facts, person)] : []),
    ...(person && attempts ? [attemptsStep(facts, attempts, person)] : []),
    ...(person && proof?.directory ? [directoryStep(facts, proof, proof.directory)] : []),
    ...(person && proof ? [passwordStep(facts, proof, person)] : []),
    ...(person && signIn ? signInSteps(facts, signIn, person) : []),
    ...(verdict && person && application ? [accessStep(facts, verdict)] : []),
    ...(consent ? [consentStep(consent)] : []),
    ...(release ? [releaseStep(release, facts)] : []),
  ];
  const rules: ExplainedRule[] = [...facts.policy.map(({ part, value, from }) => ({ rule: part, value, from })), ...(verdict?.rules ?? [])];
  const isRefused = steps.some(({ outcome }) => outcome === 'refuses') || verdict?.allowed === false;
  return { allowed: !isRefused, steps, rules };
}

/** The first step that keeps the person out. */
export const firstRefusal = ({ steps }: Explanation): ExplanationStep | undefined => steps.find(({ outcome }) => outcome === 'refuses');
