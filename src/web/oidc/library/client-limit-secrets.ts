// Why the library must be changed: it compares as many secrets as anybody sends, and a company may have chosen its own secret.
import { type Client, errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { replaceMethod } from './replace-method.ts';

/** Whether the secret may be believed or refused; @returns seconds after which another may be tried, and undefined where it counts as it was compared */
export type LimitSecrets = (ctx: KoaContextWithOIDC, clientId: string, secret: string, isRight: boolean) => Promise<number | undefined>;

/** In the words that the audit knows a reason by (refusal-reason.ts). */
export const tooManySecrets = 'too many different secrets came from this address';

type Compare = (this: Client, actual: string) => Promise<boolean> | boolean;

/** After the comparison has its last form (client-compare-client-secret.ts). What is refused here is refused in the same words whether the secret was right or not. */
export function limitSecrets(provider: Provider, limit: LimitSecrets): void {
  replaceMethod<Compare>(
    provider.Client.prototype,
    'compareClientSecret',
    (own) =>
      async function (this: Client, actual) {
        // an expired secret gets its own error: it counts as a wrong one, and gets no such error after too many attempts
        const found = await Promise.resolve(own.call(this, actual)).then(
          (isRight) => ({ isRight }),
          (error: unknown) => ({ isRight: false, error }),
        );
        const ctx = Provider.ctx;
        const waitSeconds = ctx && (await limit(ctx, this.clientId, actual, found.isRight));
        if (waitSeconds === undefined) {
          if ('error' in found) throw found.error;
          return found.isRight;
        }
        ctx!.set('retry-after', String(waitSeconds));
        const error = new errors.InvalidClient(tooManySecrets);
        throw Object.assign(error, { status: 429, statusCode: 429 });
      },
  );
}
