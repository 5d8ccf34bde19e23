// Owns: how an account begins: by an administrator, with an invitation by mail and its activation (S61, S113), registering oneself where the company allows it.
// Does not: sign anybody in: whoever activated an account goes through the sign-in like everybody.
export { addPerson, type NewPerson } from './add-person.ts';
export { activateAccount, canBeInvited, resendInvitation, sendInvitation } from './invite-user.ts';
export { sealedRegistrations, sendRegistrationJob } from './jobs.ts';
export { completeRegistration, requestRegistration } from './register.ts';
