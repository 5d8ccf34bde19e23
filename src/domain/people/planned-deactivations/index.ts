// Owns: the period for which a person is kept out (S120–S127): planning, changing and removing it, and what is due at its two ends.
// Does not: what being deactivated means (users), nor when to look (app/jobs: every minute).
export { dropOverruledPlan, editPlan, type PlanInput, planDeactivation, removePlan } from './change-plan.ts';
export { followPlan } from './follow-plan.ts';
export { followPlanJob, followPlans } from './jobs.ts';
export { dueStep, keepsOut, type PlannedDeactivation } from './plan.ts';
export { findPlan, listPlansAtEnds } from './store.ts';
