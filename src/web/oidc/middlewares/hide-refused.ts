import type { KoaContextWithOIDC } from 'oidc-provider';
import { decide } from '../../../domain/applications/access/index.ts';
import { applicationIdOf } from '../account.ts';
import type { ContextProvider } from '../context-provider.ts';
import type { Step } from './afterwards.ts';

/** A token of somebody who may not use the application any more is not active (RFC 7662 §2.2). */
export const hideRefused: Step = async (op, ctx) => {
  if (ctx.oidc.route !== 'introspection') return;
  const body = ctx.body as { active?: boolean; client_id?: string } | undefined;
  // `sub` of the answer may be a pairwise one
  const { accountId } = ctx.oidc.entities.AccessToken ?? ctx.oidc.entities.RefreshToken ?? {};
  if (!body?.active || !accountId || !body.client_id) return;
  const client = await op.provider.Client.find(body.client_id);
  const verdict = client && decide(await op.services.findAccess(op.context.contextId, accountId, applicationIdOf(client)));
  if (!verdict?.allowed || !(await sessionStillLives(op, ctx))) ctx.body = { active: false };
};

async function sessionStillLives({ provider }: ContextProvider, { oidc: { entities } }: KoaContextWithOIDC): Promise<boolean> {
  const token = entities.AccessToken ?? entities.RefreshToken;
  if (!token?.expiresWithSession) return true;
  const session = await provider.Session.findByUid(token.sessionUid!);
  return session?.accountId === token.accountId && session?.grantIdFor(token.clientId!) === token.grantId;
}
