const check =
  'Make sure that an administrator can sign in: "portaria explain CONTEXT ADMINISTRATOR --from IP" says what they need from where they are.';

/** After a change of the sign-in policy by the command line: nobody who is signed in has tried it, so it may keep every administrator out. */
export const policyHolds = `The sign-in policy holds at once, without a trial. ${check}`;
export const policyWouldHold = `The sign-in policy would hold at once, without a trial, and could keep every administrator out. Keep a way back: "portaria export CONTEXT" before it writes a file. With only "code" and "policy" left in it, "portaria apply FILE --prune" restores the rules.`;
