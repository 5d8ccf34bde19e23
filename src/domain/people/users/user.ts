import type { FieldErrors } from '../../../platform/errors/index.ts';
import type { CustomValues } from '../../company/custom-fields/index.ts';
import type { Scope, UserId } from '../../scope.ts';

export type Role = 'administrator' | 'regular';
export type Status = 'activated' | 'invited' | 'deactivated' | 'blocked';

/** A link that was mailed to it, a file of the operator, or a directory whose addresses are right. */
export type VerifiedBy = 'link' | 'file' | 'directory';

export type User = {
  userId: UserId;
  email?: string;
  emailVerified: boolean;
  /** By what; undefined also of those that were verified before this was kept. */
  emailVerifiedBy?: VerifiedBy;
  /** S137: where a link for a new password goes, too. Confirmed by a link that was mailed there. */
  recoveryEmail?: string;
  username?: string;
  firstName: string;
  lastName: string;
  role: Role;
  status: Status;
  statusChangedAt: Date;
  /** The status before, of somebody who is deactivated. */
  deactivatedFrom?: Status;
  /** Its deletion was asked for and goes on: nothing else can be done with the account. */
  deletingSince?: Date;
  /** What was proven before, in sign-ins that are not complete, is worth nothing. */
  proofsAfter?: Date;
  department?: string;
  /** Chosen by the person. */
  locale?: string;
  /** Of the pages on which the person last signed in. */
  seenLocale?: string;
  customValues: CustomValues;
  /** The latest edition of the company's terms that the person accepted (consents). */
  termsEdition?: number;
  createdAt: Date;
  updatedAt: Date;
  version: number;
};

/** As a person's fields say it. */
export const verifiedBy = (by: VerifiedBy | undefined): Pick<User, 'emailVerified' | 'emailVerifiedBy'> => ({
  emailVerified: by !== undefined,
  emailVerifiedBy: by,
});

export const fullName = (user: Pick<User, 'firstName' | 'lastName'>): string => `${user.firstName} ${user.lastName}`.trim();

/** As somebody is greeted. Some people have one name only, and it may stand in either place. */
export const calledName = ({ firstName, lastName }: Pick<User, 'firstName' | 'lastName'>): string => firstName || lastName;

/** S75, of directories and files that hold one name: the first is what stands before the first space, the last all that follows, if anything does. */
export function splitName(name: string): { firstName: string; lastName: string } {
  const [firstName = '', ...others] = name.trim().split(/\s+/);
  return { firstName, lastName: others.join(' ') };
}

/** The scope of a person who just proved to be the user, for the audit: until then the actor was anonymous. */
export const actingAs = <S extends Scope>(scope: S, user: User): S => ({
  ...scope,
  actor: { ...scope.actor, kind: 'person', id: user.userId, name: fullName(user) },
});

/** What the person types to sign in (S76). */
export const identifier = (user: Pick<User, 'email' | 'username'>): string => user.email ?? user.username ?? '';

// a mark belongs to the letter before it (RFC 5891 §4.2.3.2): no label begins with one
const email =
  /^[^\s@"(),:;<>[\\\]]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{N}-][\p{L}\p{M}\p{N}-]{1,62}$/u;
const invisible = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
// within words of scripts that are written with them (UAX 31 §2.3, RFC 5892 A.1 and A.2); the compared form is without
const joiners =
  /(?<=[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Deva}\p{Script=Beng}\p{Script=Guru}\p{Script=Gujr}\p{Script=Orya}\p{Script=Taml}\p{Script=Telu}\p{Script=Knda}\p{Script=Mlym}\p{Script=Sinh}])[\u200C\u200D](?=[\p{L}\p{M}])/gu;

/** For editors: what is tidied away is taken, too. */
export const loginRules = { email: { pattern: '^[^@＠﹫]+[@＠﹫][^@]+[.][^@]+$' }, username: { pattern: '^[^@]*[^@\\s][^@]*$' } };

export const isEmail = (value: string): boolean => value.length <= 254 && email.test(value) && !invisible.test(value);

/**
 * Of an address that somebody gives of themselves, where its domain or its mailbox decides: an RFC 5321 dot-atom in one spelling, without what relays read as routes
 * (percent, bang) or as encoded words.
 */
export const isPlainEmail = (value: string): boolean => {
  const local = value.slice(0, value.lastIndexOf('@'));
  // ı, İ and a dot above are taken for an i, so that capitals of Turkish keyboards sign in: they make no second account of somebody's address
  const isOneSpelling = value.normalize('NFC') === value.normalize('NFKC') && !/ı|İ|\u0307/.test(value);
  return isEmail(value) && isOneSpelling && !/[%!=?|{}`@]|^\.|\.$|\.\./.test(local);
};

/**
 * The rule of S58 that a username breaks, as a message key: at most 150 characters, a letter or digit at both ends, no space, no '@' (so that it is never
 * somebody's e-mail).
 */
export function usernameFault(value: string): string | undefined {
  // the compared form counts, too: a full-width @ folds to @
  const forms = [value, value.normalize('NFKC')];
  const some = (isFaulty: (form: string) => boolean) => forms.some(isFaulty);
  if (some((form) => form.includes('@'))) return 'fields.username_at';
  if (some((form) => /\s/.test(form))) return 'fields.username_space';
  if (some((form) => [...form].length > 150)) return 'fields.username_long';
  if (some((form) => invisible.test(form.replace(joiners, '')) || piledMarks.test(form.normalize('NFD'))))
    return 'fields.hidden_characters';
  return some((form) => !/^[\p{L}\p{N}]\p{M}*(?:.*[\p{L}\p{N}]\p{M}*)?$/u.test(form)) ? 'fields.username_ends' : undefined;
}

/** The same mark twice cannot be seen, and no script has five on a letter (UTS 39 §5.4). */
const piledMarks = /(\p{Mn})\1|\p{Mn}{5}/u;

export const longestName = 100;

const hidden = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

/** The rule that a name breaks, as a message key. */
const nameFault = (value: string): string | undefined => {
  if (hidden.test(value)) return 'fields.hidden_characters';
  return /[^\p{Z}\p{C}]/u.test(value) && value.length <= longestName ? undefined : 'fields.name';
};

export type PersonalData = { email?: string; username?: string; firstName: string; lastName: string; role: Role; department?: string };

/** What is wrong with a person's data, by field; empty when nothing is. */
export function checkPersonalData(data: PersonalData): FieldErrors {
  const errors: FieldErrors = {};
  const { firstName, lastName } = data;
  if (firstName === '' && lastName === '') errors.firstName = 'fields.one_name';
  for (const field of ['firstName', 'lastName', 'department'] as const) {
    const fault = data[field] && nameFault(data[field]);
    if (fault) errors[field] = fault;
  }
  if (data.email && data.username) errors.username = 'fields.email_or_username';
  else if (data.email !== undefined && !isEmail(data.email)) errors.email = 'fields.email';
  else if (data.email === undefined && data.username === undefined) errors.email = 'fields.email_or_username_missing';
  const usernameBreaks = data.email || data.username === undefined ? undefined : usernameFault(data.username);
  if (usernameBreaks) errors.username = usernameBreaks;
  // S57: signing in with a username is for regular users only
  if (data.role === 'administrator' && data.email === undefined) errors.role = 'fields.administrator_email';
  return errors;
}
