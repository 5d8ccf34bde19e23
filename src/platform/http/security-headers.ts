import type { ServerResponse } from 'node:http';

/** @param formAction where forms may lead, besides ourselves: Chromium applies it to the redirects that follow a form, too */
export const contentSecurityPolicy = (formAction: string[] = []): string =>
  [
    "default-src 'none'",
    "base-uri 'none'",
    "connect-src 'self'",
    "font-src 'self'",
    `form-action ${["'self'", ...formAction].join(' ')}`,
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "script-src 'self'",
    "style-src 'self'",
  ].join('; ');

const always: [string, string][] = [
  ['content-security-policy', contentSecurityPolicy()],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['cache-control', 'no-store'],
];

/** On every answer, errors included (OWASP ASVS 5 §3.4). HSTS only where the address is https. */
export function setSecurityHeaders(response: ServerResponse, https: boolean): void {
  for (const [name, value] of always) response.setHeader(name, value);
  if (https) response.setHeader('strict-transport-security', 'max-age=31536000');
}
