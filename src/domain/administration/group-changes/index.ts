// Owns: what is done to a group beyond its own record: people who join it where its rules are stricter, its deletion with the rules that name it, and the second factor that its people need (S36).
// Does not: names and members (groups), nor what the rules mean (sign-in-policy).
export { addToGroup, isJoinLockOut, type JoinOptions, linkPerson } from './add-people.ts';
export { deleteGroup, hasGroupRules } from './delete-group.ts';
export { changeSecondFactorOfGroup, findSecondFactorOfGroup } from './second-factor-of-group.ts';
