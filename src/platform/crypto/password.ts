declare const read: unique symbol;

/**
 * A password as somebody typed it. Only this can be hashed, compared and checked, so that no path takes the bytes that a keyboard happens to send: "é" is one character on
 * one machine, and a letter and an accent on the next (NIST SP 800-63B-4 §3.1.1.2).
 */
export type Password = {
  /** In NFC: what is counted, checked and hashed. NFKC would make one of different passwords. */
  readonly text: string;
  /** As it came: older hashes were made of that. */
  readonly typed: string;
  readonly [read]: true;
};

export const readPassword = (typed: string): Password => ({ text: typed.normalize('NFC'), typed }) as Password;

/**
 * What a stored hash may be of: the password, its raw form, and the password without white space that was copied with it (the limited allowance of §3.1.1.2). Of nearly
 * everybody these are one. They depend on nothing but what was typed, so that the time they take says nothing about an account.
 */
export const formsOf = ({ text, typed }: Password): string[] => [...new Set([text, typed, text.trim() || text])];
