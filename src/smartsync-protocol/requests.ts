import { z } from 'zod';
import { accepted, createPersonAnswer, findPeopleAnswer, passwordAnswer, readAnswer, refusal } from './answers.ts';
import { entryId } from './entries.ts';
import { sealedShape } from './seal.ts';

/** Who is meant: the id says it, the DN is where it was last seen. */
const entry = z.object({ id: entryId, dn: z.string().max(4096) });

const filter = z.string().max(4000);
const attributeNames = z.array(z.string().max(100)).max(200);

/** `sealed` holds a SealedSecret, `{ password, key }` or `{ oldPassword, newPassword, key }` (seal.ts). */
const requests = {
  /** S24. A bind with the password. Never an empty one (RFC 4513 §5.1.2): it is refused before it is sent. */
  'verify-password': { body: z.object({ entry, sealed: sealedShape }), answer: passwordAnswer },
  /** By the person, under the directory's own policy: AD unicodePwd, delete and add; RFC 3062 elsewhere. */
  'change-password': { body: z.object({ entry, sealed: sealedShape }), answer: passwordAnswer },
  /** By the service account. */
  'reset-password': { body: z.object({ entry, sealed: sealedShape, mustChange: z.boolean() }), answer: passwordAnswer },
  /** S23, S128. */
  'set-enabled': { body: z.object({ entry, isEnabled: z.boolean() }), answer: z.union([accepted, refusal]) },
  /** S98–S106. `name` is the RDN; `login`: sAMAccountName and userPrincipalName, or uid. Asked twice it makes one person: `requestId` tells. */
  'create-person': {
    body: z.object({
      rootDn: z.string().min(1).max(4096),
      accountDomain: z.string().max(255),
      login: z.string().min(1).max(256),
      firstName: z.string().max(100),
      lastName: z.string().max(100),
      email: z.string().max(254).optional(),
      department: z.string().max(100).optional(),
      sealed: sealedShape,
    }),
    answer: createPersonAnswer,
  },
  /** Everything that matches, or what changed since `cursor`; an agent that cannot go on from there reads everything, and says so by `isWhole`. */
  read: {
    body: z.object({
      cursor: z.string().max(100_000).optional(),
      userFilter: filter,
      groupFilter: filter,
      userAttributes: attributeNames,
      groupAttributes: attributeNames,
    }),
    answer: readAnswer,
  },
  /** By a part of the name, the login or the e-mail, within `userFilter`. */
  'find-people': { body: z.object({ text: z.string().max(200), userFilter: filter }), answer: findPeopleAnswer },
} as const;

export type RequestKind = keyof typeof requests;
export type RequestOf<Kind extends RequestKind> = z.output<(typeof requests)[Kind]['body']>;
export type AnswerOf<Kind extends RequestKind> = z.output<(typeof requests)[Kind]['answer']>;

const kinds = Object.keys(requests) as [RequestKind, ...RequestKind[]];

/** A request before its body is read: `requestBody` reads it by its kind. */
export const directoryRequest = z.object({ kind: z.enum(kinds), body: z.unknown() }).transform(({ kind, body }, context) => {
  const parsed = requests[kind].body.safeParse(body);
  if (parsed.success) return { kind, body: parsed.data } as DirectoryRequest;
  context.issues.push({ code: 'custom', message: `the body of ${kind} cannot be read`, input: body });
  return z.NEVER;
});
export type DirectoryRequest = { [Kind in RequestKind]: { kind: Kind; body: RequestOf<Kind> } }[RequestKind];

export const answerSchemas: { [Kind in RequestKind]: z.ZodType<AnswerOf<Kind>> } = Object.fromEntries(
  kinds.map((kind) => [kind, requests[kind].answer]),
) as never;
