// Owns: why somebody gets into an application, or does not: the facts of a sign-in that is only thought of, the steps that the deciding functions make of them, and how both are told (decision 0021).
// Does not: decide anything itself (authentication/next-step, access/decide), count an attempt, write to the person, or hold texts (views).
export { explain, firstRefusal } from './explain.ts';
export { stepOfRule } from './explain-access.ts';
export type {
  ApplicationFacts,
  AttemptFacts,
  DirectoryFacts,
  ExplainFacts,
  PersonFacts,
  PolicyPart,
  ProofFacts,
  ReachFacts,
  ReleaseFacts,
  SetupFault,
} from './explain-facts.ts';
export { type Beside, explainPast, type Past } from './explain-past.ts';
export {
  type ExplainedRule,
  type Explanation,
  type ExplanationStep,
  explanationSteps,
  type Mend,
  type MendPage,
  mendPages,
  type Outcome,
  type RuleSource,
  type StepName,
} from './explanation.ts';
export { type Choices, findAskedApplications, findAskedPeople, mostChoices } from './find-asked.ts';
export { findByCode, tidySupportCode } from './find-by-code.ts';
export { type ExplainTools, gatherExplainFacts, type Question } from './gather-explain-facts.ts';
export { listSignIns, type SignIn } from './list-sign-ins.ts';
export { type ExplainReason, explainReasons } from './reasons.ts';
export { mendOfReason, type RefusalReason, refusalReasons } from './refusal-reasons.ts';
export { methodsOf, runJourney } from './run-journey.ts';
export type { Line } from './tell-lines.ts';
export { tellRules, tellStep } from './tell-step.ts';
export { recordLook, type Viewed, viewExplanation } from './view-explanation.ts';
