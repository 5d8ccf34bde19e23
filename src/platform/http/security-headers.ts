import type { ServerResponse } from 'node:http';

/**
 * Forms lead to ourselves only. Chromium applies that to the redirects that follow a form, too: whoever leaves us after one does so from a page (web/request/leave.ts).
 * @param frames the page shows pages of ours in a frame
 * @param framedByUs the page is shown in a frame of ours
 * @param postsElsewhere the page is nothing but a protocol's form for another site (OAuth 2.0 Form Post Response Mode, SAML bindings §3.5), which may lead on to anywhere
 */
export const contentSecurityPolicy = ({ postsElsewhere = false, frames = false, framedByUs = false } = {}): string =>
  [
    "default-src 'none'",
    "base-uri 'none'",
    "connect-src 'self'",
    "font-src 'self'",
    ...(postsElsewhere ? [] : ["form-action 'self'"]),
    `frame-ancestors ${framedByUs ? "'self'" : "'none'"}`,
    ...(frames ? ["frame-src 'self'"] : []),
    "img-src 'self' data:",
    "script-src 'self'",
    "style-src 'self'",
  ].join('; ');

/** On every response. */
export const securityHeaders: [string, string][] = [
  ['content-security-policy', contentSecurityPolicy()],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['cache-control', 'no-store'],
];

/**
 * For what an application may show in a window of its own, from its request to its callback: it goes on knowing that window, and hears from it there. Everywhere else windows of
 * other sites are kept apart. Redirects on the way count as pages do (HTML, Cross-Origin-Opener-Policy).
 */
export function keepOpener(response: ServerResponse): void {
  response.setHeader('cross-origin-opener-policy', 'unsafe-none');
}

/** On every answer, errors included (OWASP ASVS 5 §3.4). HSTS only where the address is https. */
export function setSecurityHeaders(response: ServerResponse, https: boolean): void {
  for (const [name, value] of securityHeaders) response.setHeader(name, value);
  if (https) response.setHeader('strict-transport-security', 'max-age=31536000');
}
