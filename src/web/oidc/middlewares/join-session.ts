import type { KoaContextWithOIDC } from 'oidc-provider';
import { recordParticipant } from '../../../domain/sign-in/sessions/index.ts';
import { applicationIdOf } from '../account.ts';
import { ownSession } from '../own-session.ts';
import type { Step } from './afterwards.ts';

/** An application that a person was sent to joins the session, and is notified when the session ends. */
export const joinSession: Step = async (op, ctx) => {
  if (!sendsSomebody(ctx)) return;
  const own = await ownSession(op, ctx);
  const client = ctx.oidc.client!;
  const sid = ctx.oidc.session?.sidFor(client.clientId);
  if (!own || !sid) return;
  const { joined } = op.caches;
  const key = op.keyOf(`${own.sessionId} ${client.clientId}`);
  if (joined.get(key) === sid) return;
  const applicationId = applicationIdOf(client);
  await recordParticipant(op.scope(), own.sessionId, { applicationId, protocol: 'oidc', protocolSession: sid, nameIds: [] });
  joined.set(key, sid);
};

/** With a code, or by a device that waits for tokens. */
const sendsSomebody = ({ oidc: { entities, route } }: KoaContextWithOIDC): boolean =>
  (entities.AuthorizationCode !== undefined && route !== 'token') ||
  (route === 'device_resume' && entities.DeviceCode?.accountId !== undefined);
