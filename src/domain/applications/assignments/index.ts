// Owns: which people and groups an application is assigned to, and what a person sees because of it (S29, S32, S68, S69).
// Does not: decide whether it may be opened now (access).
export { assignApplication, assignApplications, unassignApplication } from './assign-application.ts';
export { findLaunchpad } from './launchpad.ts';
export { addToLaunchpad, listLaunchpadEntries, removeFromLaunchpad, setFavourite } from './launchpad-entries.ts';
export { type Links, linkUser } from './link-user.ts';
export {
  type ApplicationReach,
  findAmong,
  listDirectOfPeople,
  listReaches,
  listWaysOfPeople,
  type Way,
  type WaysOfPerson,
  ways,
} from './reach.ts';
export { registerForEveryone } from './register-for-everyone.ts';
export {
  type AssignedApplication,
  type Assignees,
  findReach,
  listApplicationsOfGroup,
  listApplicationsOfUser,
  listAssignedGroupIds,
  listAssignees,
  listAssignments,
  listCodesWithPeople,
  listGroupAssignments,
  type Reach,
} from './store.ts';
