import type { IncomingMessage } from 'node:http';
import { fullName } from '../../domain/people/users/index.ts';
import type { Actor } from '../../domain/scope.ts';
import type { Session } from '../../domain/sign-in/sessions/index.ts';
import type { Services } from './services.ts';

/** The caller's address, past our own proxies, and what its browser calls itself. */
export type ClientOfRequest = { ip: string; userAgent: string };

export const clientOf = ({ clientAddress }: Services, { socket, headers }: IncomingMessage): ClientOfRequest => ({
  ip: clientAddress(socket.remoteAddress ?? '', headers),
  userAgent: (headers['user-agent'] ?? '').slice(0, 400),
});

export const anonymousActor = (client: ClientOfRequest): Actor => ({ kind: 'anonymous', name: '', ...client });

export const personActor = ({ userId, person }: Session, client: ClientOfRequest): Actor => ({
  kind: 'person',
  id: userId,
  name: fullName(person),
  ...client,
});
