// Owns: which people and groups an application is assigned to, and what a person sees because of it (S29, S32, S68, S69).
// Does not: decide whether it may be opened now (access).
export { assignApplication, assignApplications, unassignApplication } from './assign-application.ts';
export { addToLaunchpad, listLaunchpadEntries, removeFromLaunchpad, setFavourite } from './launchpad-entries.ts';
export { type Links, linkUser } from './link-user.ts';
export {
  type AssignedApplication,
  type Assignees,
  listApplicationsOfGroup,
  listApplicationsOfUser,
  listAssignedGroupIds,
  listAssignees,
  listAssignments,
  listCodesWithPeople,
  listGroupAssignments,
  listNavigable,
  type UserApplication,
} from './store.ts';
