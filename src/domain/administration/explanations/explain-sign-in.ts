import { type Facts, isStrong, type Step } from '../../sign-in/authentication/index.ts';
import { admits, type Hours } from '../../sign-in/sign-in-policy/index.ts';
import type { ExplainFacts, PersonFacts, PolicyPart } from './explain-facts.ts';
import type { ExplanationStep, Mend } from './explanation.ts';
import { isFactor, runJourney } from './run-journey.ts';

const factorRules = ['secondFactor.demand', 'secondFactor.factors', 'secondFactor.rememberDays'];

/** All that the policy and the company's terms put between who proved who they are and the application, as `nextStep` says it. */
export function signInSteps(given: ExplainFacts, signIn: Facts, person: PersonFacts): ExplanationStep[] {
  // also for people who are refused it says what would be asked for
  const admitted = signIn.policy && { ...signIn, policy: { ...signIn.policy, keepsOut: undefined } };
  const journey = runJourney(admitted ?? signIn);
  return [
    ...placeSteps(given, signIn),
    factorStep(given, signIn, journey, person),
    ...journey.flatMap((step) => laterStep(step, given, signIn) ?? []),
  ];
}

/** The rule in force, and where it is mended. */
const ruleOf = ({ policy }: ExplainFacts, part: string): PolicyPart | undefined => policy.find((one) => one.part === part);

export function mendOfRule(given: ExplainFacts, part: string): Mend {
  const from = ruleOf(given, part)?.from;
  return from && from.kind !== 'company'
    ? { page: 'policy-override', params: { override: from.overrideId } }
    : { page: 'policy', params: {} };
}

function placeSteps(given: ExplainFacts, { policy }: Facts): ExplanationStep[] {
  const networks = (ruleOf(given, 'networks')?.value ?? []) as string[][];
  const hours = (ruleOf(given, 'hours')?.value ?? []) as Hours[];
  // of several reasons to refuse somebody `nextStep` gets the first
  const atPlace = { ip: given.ip, now: new Date(given.at) };
  const keepsOut = {
    network: policy?.keepsOut === 'network',
    hours: policy?.keepsOut === 'hours' || admits({ networks: [], hours }, atPlace) === 'hours',
  };
  const step = (name: 'network' | 'hours', facts: Record<string, unknown>): ExplanationStep => {
    const part = name === 'network' ? 'networks' : 'hours';
    if (!keepsOut[name]) return { step: name, outcome: 'passed', facts, rules: [part] };
    return { step: name, outcome: 'refuses', reason: `kept-out-${name}`, facts, rules: [part], mend: mendOfRule(given, part) };
  };
  return [step('network', { ip: given.ip, networks }), step('hours', { at: given.at, hours })];
}

/** What is asked for besides the password, by which kinds, and why not where nothing is. */
function factorStep(given: ExplainFacts, signIn: Facts, journey: Step[], person: PersonFacts): ExplanationStep {
  const { policy, isRemembered, proven, session } = signIn;
  const held = given.proof?.held ?? signIn.enrolled?.factors ?? [];
  const accepted = policy?.factors ?? [];
  const facts = {
    demand: policy?.demand,
    held,
    accepted,
    isTaken: held.some((kind) => accepted.includes(kind)),
    isRemembered: isRemembered === true,
    isProven: isStrong((proven ?? session)?.amr ?? []),
  };
  const step = { step: 'second-factor', rules: factorRules } as const;
  const keptOut = journey.find((one) => one.step === 'kept-out');
  if (keptOut?.step === 'kept-out') {
    // of one who holds some, none can be used; of others the rules leave none to set up
    const mend: Mend =
      held.length > 0 ? { page: 'user-second-factors', params: { user: person.userId } } : mendOfRule(given, 'secondFactor.factors');
    return { ...step, outcome: 'refuses', reason: `kept-out-${keptOut.why}`, facts, mend };
  }
  const asked = journey.find((one) => one.step === 'second-factor');
  if (asked?.step !== 'second-factor') return { ...step, outcome: 'passed', facts };
  return { ...step, outcome: 'asks', facts: { ...facts, offers: asked.offers } };
}

function laterStep(step: Step, given: ExplainFacts, signIn: Facts): ExplanationStep | undefined {
  switch (step.step) {
    case 'enrol':
      return { step: 'enrol', outcome: 'asks', facts: { factors: step.factors.filter(isFactor) }, rules: factorRules };
    case 'network-password':
      return { step: 'network-password', outcome: 'asks', facts: { why: step.why, directory: given.proof?.directory?.name } };
    case 'new-password': {
      const rules = ['password.expiryDays', 'password.minLength', 'password.classes', 'password.history', 'password.refuseBreached'];
      return { step: 'new-password', outcome: 'asks', facts: { why: step.why }, rules };
    }
    case 'terms':
      return { step: 'terms', outcome: 'asks', facts: { edition: step.edition, accepted: signIn.terms?.accepted ?? 0 } };
    case 'identify':
    case 'password':
    case 'second-factor':
    case 'kept-out':
    case 'done':
      return undefined; // told by the steps before
    default:
      return step satisfies never;
  }
}
