import { z } from 'zod';
import { entryId, entryRecord } from './entries.ts';

export const directoryKinds = ['active-directory', 'openldap'] as const;
export type DirectoryKind = (typeof directoryKinds)[number];

/**
 * Why a directory does not do what it is asked to. Those of a password first: a wrong one proves nothing about the account; the others come from a directory that says so (AD sub-codes in
 * AcceptSecurityContext, ppolicy of draft-behera-ldap-password-policy).
 */
export const refusalReasons = [
  'wrong-password',
  'password-expired',
  'must-change',
  'account-disabled',
  'account-expired',
  'account-locked',
  'outside-hours',
  'wrong-workstation',
  'not-found',
  // a new password
  'password-too-short',
  'password-too-young',
  'password-in-history',
  'password-too-simple',
  'password-may-not-change',
  // a write
  'exists',
  'no-right',
  'container-not-found',
  'needs-tls',
  'invalid-value',
  // the directory itself
  'unavailable',
  'filter-invalid',
  'base-not-found',
  'cursor-unknown',
  'unsupported',
  'failed',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** `detail`: what the directory said, for administrators; never a password. */
export const refusal = z.object({ outcome: z.literal('refused'), reason: z.enum(refusalReasons), detail: z.string().max(2000).optional() });
export type Refusal = z.output<typeof refusal>;

export const accepted = z.object({ outcome: z.literal('accepted') });
export type Accepted = z.output<typeof accepted>;

/** `proof`: by the key that came sealed with the password (proveAnswer). Only who could open it can say yes; a yes without it is worth nothing. */
export const passwordAnswer = z.union([
  z.object({
    outcome: z.literal('accepted'),
    proof: z.string().max(200),
  }),
  refusal,
]);
export type PasswordAnswer = z.output<typeof passwordAnswer>;

export const createPersonAnswer = z.union([z.object({ outcome: z.literal('accepted'), id: entryId, dn: z.string().max(4096) }), refusal]);
export type CreatePersonAnswer = z.output<typeof createPersonAnswer>;

/**
 * After the last batch was taken. `cursor`: opaque to the server, where the next reading of changes goes on. `isWhole`: every entry that matches was said, so that what was not is gone.
 * `way`: how it was read.
 */
export const readAnswer = z.union([
  z.object({
    outcome: z.literal('accepted'),
    cursor: z.string().max(100_000).optional(),
    isWhole: z.boolean(),
    way: z.enum(['dirsync', 'usn', 'syncrepl', 'timestamps', 'full']),
    people: z.int(),
    groups: z.int(),
  }),
  refusal,
]);
export type ReadAnswer = z.output<typeof readAnswer>;

/** People that match, with every attribute that the service account may read, for the preview of a mapping. */
export const findPeopleAnswer = z.union([z.object({ outcome: z.literal('accepted'), people: z.array(entryRecord).max(20) }), refusal]);

/** One line: an agent names things as it found them, and they are shown and kept. */
export const lineOf = (longest: number) =>
  z
    .string()
    .max(longest)
    .transform((text) => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ''));

const serverHealth = z.object({
  url: lineOf(300),
  isUp: z.boolean(),
  /** As the agent's own "Test connection" names it. */
  fault: lineOf(50).optional(),
  detail: z.string().max(2000).optional(),
});
export type ServerHealth = z.output<typeof serverHealth>;

/** What an agent knows of its directory. `rights`: what the bind account may do, undefined where it cannot be told. */
export const directoryStatus = z.object({
  isUp: z.boolean(),
  kind: z.enum(directoryKinds).optional(),
  servers: z.array(serverHealth).max(20),
  rootDn: lineOf(4096).optional(),
  accountDomain: lineOf(255).optional(),
  isEncrypted: z.boolean().optional(),
  clockOffsetSeconds: z.number().optional(),
  rights: z.object({ readDeleted: z.boolean().optional(), write: z.boolean().optional() }).optional(),
});
export type DirectoryStatus = z.output<typeof directoryStatus>;
