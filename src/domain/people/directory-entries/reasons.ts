/**
 * Why an imported person or group waits, or what of them does not flow, by a code that the console says in words. Of several the first of this list is said. The last ones keep nobody
 * from being accepted.
 */
export const entryReasons = [
  // rejected because the person was deleted here (S132)
  'deleted',
  // rejected because an administrator took the person or group out of the directory's hands
  'unlinked',
  // of somebody accepted, who is out there and stays here
  'last-administrator',
  'gone',
  'disabled',
  'no-name',
  'invalid-name',
  'no-email',
  'invalid-email',
  'invalid-username',
  // the login, or the group's name, is somebody else's
  'conflict',
  // of somebody accepted: what the directory says was not followed
  'administrator-address',
  // a department or custom field that does not fit was left out
  'value-left-out',
] as const;
export type EntryReason = (typeof entryReasons)[number];

export const firstReason = (reasons: Iterable<EntryReason | undefined>): EntryReason | undefined => {
  const all = new Set(reasons);
  return entryReasons.find((reason) => all.has(reason));
};
