import type { Actor } from '../../domain/scope.ts';
import type { Session } from '../../domain/sign-in/sessions/index.ts';

const cut = (userAgent: string | undefined): string => (userAgent ?? '').slice(0, 400);

export const anonymousActor = (ip: string, userAgent: string | undefined): Actor => ({
  kind: 'anonymous',
  name: '',
  ip,
  userAgent: cut(userAgent),
});

export const personActor = (session: Session, ip: string, userAgent: string | undefined): Actor => ({
  kind: 'person',
  id: session.userId,
  name: `${session.person.firstName} ${session.person.lastName}`.trim(),
  ip,
  userAgent: cut(userAgent),
});
