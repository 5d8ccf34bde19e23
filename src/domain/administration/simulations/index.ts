// Owns: who of the people of the last 30 days would be refused, or asked for more, after a change that nobody has made: numbers, and names with the rule.
// Does not: decide anything (`nextStep`, `decide` and the policy do, before and after), nor make the change.
//
//   startSimulation: a change, as data; a job
//     runSimulation: a thousand people at a time, in the order of names
//       gatherPeople: how they stand today, and how they came: from the audit, and what they opened
//       compare ─> judge, in the company as it is and in the company as it would be
//     numbers, and a row for each person and application
export type { ApplicationChange, Change, GroupChange, Moves } from './change.ts';
export { type Effect, effects, type Finding, type Reason } from './compare.ts';
export { type SimulationInput, simulatedDays, simulation, type Tried } from './run-simulation.ts';
export { startPolicySimulation } from './start-policy-simulation.ts';
export { getSimulation, type Simulation, startSimulation } from './start-simulation.ts';
export { type FindingFilter, findNumbers, type ListedFinding, listFindings, type Numbers } from './store.ts';
