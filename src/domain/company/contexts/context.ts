import { codeFault } from '../../../platform/errors/index.ts';
import type { ContextId } from '../../scope.ts';

export type Context = {
  contextId: ContextId;
  code: string;
  name: string;
  environment: 'production' | 'approval';
  pairedContextId?: ContextId;
  /** An origin of its own, such as https://login.acme.com; without one the context lives at BASE_URL/code. */
  address?: string;
  /** The SAML entity ID where partners expect a fixed one; without it the address. */
  samlEntityId?: string;
  /** An IANA name: the company's days begin in it. */
  timeZone: string;
  /** Rises with every change of what protocols depend on: keys, address, name. */
  version: number;
};

/** An address of its own: scheme, host and port, and nothing behind them that would be lost. */
export const originPattern = /^https?:\/\/[^/?#@\\\s]+\/?$/i;

/** Codes that are paths of the server itself. */
const reserved = new Set([
  'assets',
  'healthz',
  'readyz',
  'metrics',
  'favicon-ico',
  'robots-txt',
  'admin',
  'api',
  'www',
  'oidc',
  'saml',
  'launchpad',
  'sign-in',
  'sign-out',
  'account',
]);

/** For editors. */
export const contextCodeRule = { pattern: '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$', not: { enum: [...reserved] } };

/** The rule that a context's code breaks, as a message key. */
export const contextCodeFault = (code: string): string | undefined =>
  codeFault(code) ?? (reserved.has(code) ? 'fields.context_code_reserved' : undefined);

export const isContextCode = (code: string): boolean => contextCodeFault(code) === undefined;

/** The context's address, without a slash at its end: the OIDC issuer and the start of every link (S8, "Decided: context address"). */
export const contextAddress = (context: Pick<Context, 'address' | 'code'>, baseUrl: string): string =>
  context.address ?? `${baseUrl}/${context.code}`;

/** The path below which the context's pages live: '' at a host of its own. */
export const contextMountPath = (context: Pick<Context, 'address' | 'code'>): string => (context.address ? '' : `/${context.code}`);
