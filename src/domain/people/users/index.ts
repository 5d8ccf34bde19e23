// Owns: people of a context: names, e-mail or username, role, status and its date; finding and listing them.
// Does not: passwords (credentials), sessions, memberships (groups) or what a status means for a sign-in (authentication).

export { changeEmail, markEmail, setRecoveryEmail } from './change-address.ts';
export { canChangeStatus, changeStatus, deleteUser, prolongBlock, requestDeletion, type StatusChange } from './change-status.ts';
export { createUser, type NewUser } from './create-user.ts';
export { editUser } from './edit-user.ts';
export { type Among, searchKinds, type UserFilter } from './filter-users.ts';
export { followVouching } from './follow-vouching.ts';
export { accountDeletion, deliverMailJob, deliverOldMailJob, forgetCustomValuesJob, type MailTools, sessionsEnd } from './jobs.ts';
export { byLogin, emailKey, loginKey, nameKey, searchKey, searchPattern, usernameKey } from './keys.ts';
export {
  type ChosenUsers,
  type Count,
  countChosen,
  countUsers,
  listChosen,
  listIdsByStatus,
  listTakenLogins,
  listUsers,
  listUsersByIds,
  listUsersNamed,
  selectUserIds,
  sweepUserCounts,
  type UserListing,
  type UserPage,
} from './list-users.ts';
export { createUsers, findOwnersOfLogins, freeLogins, lockUsers, saveUsers } from './many-users.ts';
export { recordView } from './record-view.ts';
export { removeUsers } from './remove-all.ts';
export { setLocale } from './set-locale.ts';
export { isSort, type SortKey, sortKeys, type UserSort } from './sort-users.ts';
export {
  endProofs,
  findUserById,
  findUserByLogin,
  forgetCustomValues,
  fromRow,
  getUser,
  holdUser,
  isActiveAdministrator,
  listAdministratorsAmong,
  listFieldsWithValues,
  lockActiveAdministrator,
  lockUser,
  loginMatches,
  noteLocale,
  noteTermsEdition,
  ofUser,
  type UserRow,
} from './store.ts';
export { sweepMails } from './sweep-mails.ts';
export { tidyEmail, tidyPerson, tidyText } from './tidy-person.ts';
export {
  actingAs,
  calledName,
  checkPersonalData,
  fullName,
  identifier,
  isEmail,
  isPlainEmail,
  loginRules,
  type PersonalData,
  type Role,
  type Status,
  splitName,
  type User,
  usernameFault,
  verifiedBy,
} from './user.ts';
