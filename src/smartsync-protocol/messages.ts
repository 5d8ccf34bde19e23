import { z } from 'zod';
import { directoryStatus, lineOf } from './answers.ts';
import { entryRecord } from './entries.ts';
import { directoryRequest } from './requests.ts';
import { publicKeyShape } from './seal.ts';
import { versionShape } from './version.ts';

/** A message is JSON in one text frame of at most so many bytes. */
export const mostMessageBytes = 1024 * 1024;

const id = z.guid();
const text = lineOf(200);

/** POST <company>/smartsync/enrol. `name`: of the machine. `signingKey` is Ed25519, `encryptionKey` X25519 (RFC 8037). */
export const enrolment = z.object({
  token: z.string().min(1).max(200),
  name: text,
  software: text,
  protocol: versionShape,
  signingKey: publicKeyShape,
  encryptionKey: publicKeyShape,
});
export type Enrolment = z.output<typeof enrolment>;
export const enrolmentAnswer = z.object({ agentId: id, directoryId: id, directory: text });

export const serverMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('challenge'), nonce: z.string().min(20).max(200), protocol: versionShape, software: text }),
  z.object({ type: z.literal('welcome'), directoryId: id, directory: text }),
  /** Then the connection is closed. The agent says it on its page, and tries again unless it was revoked. */
  z.object({ type: z.literal('refused'), reason: z.enum(['unknown-agent', 'revoked', 'wrong-proof', 'incompatible']) }),
  z.object({ type: z.literal('request'), requestId: id, deadlineMs: z.int().nonnegative(), request: directoryRequest }),
  /** The next batches may follow: at most two are on their way. */
  z.object({ type: z.literal('taken'), requestId: id, sequence: z.int() }),
  /** Nobody waits for it any more. */
  z.object({ type: z.literal('cancel'), requestId: id }),
]);
export type ServerMessage = z.output<typeof serverMessage>;

export const agentMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('proof'), agentId: id, protocol: versionShape, software: text, signature: z.string().max(2000) }),
  z.object({ type: z.literal('status'), status: directoryStatus }),
  /** `sequence` from 0, without gaps. */
  z.object({ type: z.literal('batch'), requestId: id, sequence: z.int().nonnegative(), entries: z.array(entryRecord).max(500) }),
  z.object({ type: z.literal('answer'), requestId: id, answer: z.unknown() }),
]);
export type AgentMessage = z.output<typeof agentMessage>;
