import { generateSync } from 'otplib';
import type { Answer, Jar } from './jar.ts';

/** The code that an authenticator app shows at a moment. */
export const totpCode = (secret: string, at = Date.now()): string =>
  generateSync({ secret: secret.replace(/\s/g, ''), epoch: Math.floor(at / 1000) });

/** Sets up an app on the page a jar has arrived at. @returns its secret, the recovery codes, and the page that shows them */
export async function setUpApp(jar: Jar, page: Answer, at = Date.now()) {
  const secret = /id="totp-secret">([^<]+)</.exec(page.text)![1]!.replace(/\s/g, '');
  const form = jar.form(page, /enrol$|second-factors/);
  const shown = await jar.submit(form, { code: totpCode(secret, at) });
  return { secret, shown, codes: [...shown.text.matchAll(/<code>([0-9A-Z]{5}-[0-9A-Z]{5})<\/code>/g)].map(([, code]) => code!) };
}

/** Follows "I've saved them". */
export async function goOnFrom(jar: Jar, page: Answer, stop?: (url: string) => boolean): Promise<Answer> {
  const href = /class="btn btn-primary w-100" href="([^"]+)"/.exec(page.text)![1]!;
  return jar.follow(new URL(href, page.url).href, {}, stop);
}
