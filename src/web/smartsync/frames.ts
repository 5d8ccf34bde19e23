import { type RawData, WebSocket } from 'ws';
import type { ServerMessage } from '../../smartsync-protocol/index.ts';

/** Closes, by RFC 6455 §7.4.1. */
export const closeCodes = { unreadable: 1007, abuse: 1008, restart: 1012, replaced: 4000 } as const;

const mostBuffered = 32 * 1024 * 1024;
const closeWithinMs = 1000;

/** @returns undefined when it is no JSON in one text frame */
export function readMessage(data: unknown): unknown {
  try {
    return JSON.parse(String(data as RawData));
  } catch {
    return undefined;
  }
}

/** Whoever takes nothing any more is cut off: what it does not take would fill the memory. */
export function say(socket: WebSocket, message: ServerMessage): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (socket.bufferedAmount > mostBuffered) socket.terminate();
  else socket.send(JSON.stringify(message));
}

/** @param reason for the other side's log, at most 123 bytes (RFC 6455 §5.5) */
export function closeFor(socket: WebSocket, reason: string, code: number = closeCodes.abuse): undefined {
  socket.close(code, reason);
  // it may not answer, or go on sending
  setTimeout(() => socket.terminate(), closeWithinMs).unref();
  socket.resume();
}
