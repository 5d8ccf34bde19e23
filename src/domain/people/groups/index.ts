// Owns: groups and who is in them; Everyone, which holds all people of the context without a row for each (S66).
// Does not: applications of a group (assignments).
export {
  addMembers,
  createGroup,
  editGroup,
  groupInput,
  removeGroupRecord,
  removeMember,
  renameGroup,
  viewGroup,
  viewGroups,
} from './change-group.ts';
export { replaceMembers } from './directory-groups.ts';
export { removeGroups } from './remove-all.ts';
export {
  countGroups,
  createEveryone,
  everyoneName,
  findGroupByName,
  findGroupsByName,
  type Group,
  type GroupFilter,
  type GroupWithCount,
  getGroup,
  groupNamesOf,
  groupSortKeys,
  listGroupIdsOfUsers,
  listGroupsByIds,
  listGroupsOfUser,
  listKeysWithMembers,
  listOwnGroups,
  lockGroup,
  lockGroupsByName,
  searchGroups,
} from './store.ts';
