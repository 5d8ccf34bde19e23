// Why the library must be changed: it lets anybody try as many user codes as they like (RFC 8628 §5.1), and drops letters that an East Asian keyboard writes.
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { replaceMethod } from './replace-method.ts';

type Find = (userCode: string, options?: object) => Promise<unknown>;

/** Looks for a code by `find`, unless too many were typed. @throws what the page says then */
export type LimitUserCodes = <T>(ctx: KoaContextWithOIDC, find: () => Promise<T>) => Promise<T>;

/** As people type what they read: full-width, in small letters, with or without what stands between the letters. */
export const readUserCode = (typed: string): string =>
  typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');

export function replaceFindByUserCode(provider: Provider, limit: LimitUserCodes): void {
  replaceMethod<Find>(provider.DeviceCode, 'findByUserCode', (own) => async (userCode, options) => {
    const ctx = Provider.ctx;
    if (!ctx?.oidc) return own.call(provider.DeviceCode, userCode, options);
    const code = readUserCode(String(ctx.oidc.params?.user_code ?? userCode));
    return limit(ctx, async () => (code === '' ? undefined : own.call(provider.DeviceCode, code, options)));
  });
}
