// Owns: which settings of a company are risky and which page mends each: one list for the console and for doctor.
// Does not: change any of them, nor say the address of a page (app/page-paths).

export { findRisks } from './find-risks.ts';
export { gatherRiskFacts, listRisks } from './gather-facts.ts';
export { type Risk, type RiskCode, type RiskFacts, type RiskPage, riskCodes } from './risk.ts';
export { riskWords } from './risk-words.ts';
