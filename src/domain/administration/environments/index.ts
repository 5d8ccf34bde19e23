// Owns: the two environments of a company: making both, inviting people of production to approval, emptying approval (S6, S7).
// Does not: hold companies (contexts), nor bring anything from approval to production (promotion).
export { approvalColor, createApproval, createWithApproval } from './create-pair.ts';
export { findPair, getApproval, getProduction } from './find-pair.ts';
export { approvalInvitations, startApprovalInvitations } from './invite-people.ts';
export { approvalReset, startReset } from './reset-approval.ts';
