import type { KoaContextWithOIDC } from 'oidc-provider';
import { type ArtifactSave, artifactPurpose, type Exchange, answerKind as kind } from '../../domain/records/protocol-artifacts/index.ts';
import { addSeconds, epochSeconds } from '../../platform/clock/index.ts';
import { clientOf } from '../request/index.ts';
import type { ContextProvider } from './context-provider.ts';
import { clientSeconds } from './lifetimes.ts';

type TokenAnswer = { refresh_token: string; expires_in: number } & Record<string, unknown>;
/** `asked`: what the answer depends on besides the token. `jkt`: the key that its access token is bound to. */
type Answer = { body: TokenAnswer; asked: string; jkt?: string; ip?: string };
/** `exp`: when its access token ends, in seconds since the epoch. */
type Kept = Answer & { exp: number };

// bound to the row of the token that was used: moved to another it cannot be opened
const purposeOf = ({ context }: ContextProvider, used: string): string => `${artifactPurpose(context.contextId, kind)}:${used}`;

const askedOf = ({ oidc: { params } }: KoaContextWithOIDC): string => JSON.stringify([params?.scope, params?.resource]);

const keyOf = (ctx: KoaContextWithOIDC): string | undefined => (ctx.oidc.entities.AccessToken as { jkt?: string } | undefined)?.jkt;

const nowOf = ({ services }: ContextProvider): number => epochSeconds(services.clock.now());

/**
 * What a refresh token was exchanged for, to be kept with the exchange and given again while the overlap lasts: two tabs may refresh at once, and an answer may be lost.
 * @returns undefined where nothing was rotated, or the application wants no overlap
 */
export function answerToKeep(op: ContextProvider, ctx: KoaContextWithOIDC): ArtifactSave | undefined {
  const used = ctx.oidc?.entities.RotatedRefreshToken;
  const seconds = used ? clientSeconds(ctx.oidc.client, 'refresh_overlap_seconds') : 0;
  if (!used || seconds === 0 || ctx.status !== 200) return undefined;
  const body = ctx.body as TokenAnswer;
  const { services, context } = op;
  const answer: Answer = { body, asked: askedOf(ctx), jkt: keyOf(ctx), ip: clientOf(services, ctx.req).ip };
  return {
    contextId: context.contextId,
    kind,
    id: used.jti,
    payload: { sealed: services.keyRing.encrypt(JSON.stringify(answer), purposeOf(op, used.jti)), exp: nowOf(op) + body.expires_in },
    index: { grantId: used.grantId },
    expiresAt: addSeconds(services.clock.now(), seconds),
  };
}

async function findAnswer(op: ContextProvider, used: string): Promise<Kept | undefined> {
  const found = await op.services.artifacts.find(op.context.contextId, kind, used);
  if (!found) return undefined;
  const answer: Answer = JSON.parse(op.services.keyRing.decrypt(String(found.payload.sealed), purposeOf(op, used)).toString());
  return { ...answer, exp: Number(found.payload.exp) };
}

/** Whether the overlap of a refresh token that was used still lasts. */
export const hasAnswer = async (op: ContextProvider, used: string): Promise<boolean> => (await findAnswer(op, used)) !== undefined;

/**
 * Answers as whoever was first was answered: with the same tokens. Where the successor was used as well by now, with the newest. Who asks for another scope gets an
 * access token of that scope, and so does who comes when the first one is over.
 * @param exchange what this request would have issued
 * @returns false when the overlap is over, or the request is bound to another key than the first was; otherwise whether it came from another address
 */
export async function repeatAnswer(
  op: ContextProvider,
  ctx: KoaContextWithOIDC,
  { consume, issues }: Exchange,
): Promise<false | { isElsewhere: boolean }> {
  let newest: Kept | undefined;
  for (let next = await findAnswer(op, consume!.id); next; next = await findAnswer(op, next.body.refresh_token)) newest = next;
  if (!newest || newest.jkt !== keyOf(ctx)) return false;
  const secondsLeft = newest.exp - nowOf(op);
  if (newest.asked === askedOf(ctx) && secondsLeft > 0) ctx.body = { ...newest.body, expires_in: secondsLeft };
  else {
    await op.services.artifacts.exchange({ issues: issues.filter((one) => one.kind === 'AccessToken') });
    ctx.body = { ...(ctx.body as TokenAnswer), refresh_token: newest.body.refresh_token };
  }
  return { isElsewhere: newest.ip !== clientOf(op.services, ctx.req).ip };
}
