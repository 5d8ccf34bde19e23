// Owns: plumbing of HTTP that would be the same in any product: server life, the line of each request, cookies, form bodies, security headers, assets, templates.
// Does not: know contexts, people or pages.
export { type Assets, createAssets } from './assets.ts';
export { createPageCompression } from './compress.ts';
export { readCookie, serializeCookie } from './cookies.ts';
export { type Form, formOf, readBody, readForm } from './form.ts';
export { followInside, isLedInside, leadInside } from './lead-inside.ts';
export { answerByMethod, type Methods, sendFault } from './methods.ts';
export { type AccessLevel, createRequestLog, logStray, type RequestLog } from './request-log.ts';
export { readTarget, tidyPaths, wholeServer } from './request-target.ts';
export { contentSecurityPolicy, keepOpener, setSecurityHeaders } from './security-headers.ts';
export { listen, type Upgrades, type WebServer } from './server.ts';
export { createViews, type Views } from './views.ts';
