import { addSeconds } from '../../../platform/clock/index.ts';
import { hashToken, newId } from '../../../platform/crypto/index.ts';
import { isId, type RequestId, type Scope } from '../../scope.ts';
import type { PendingRequest } from './pending-requests.ts';

/** A request whose place is its own address: nothing is written for it before somebody has proven something. */
export type SealedRequest = Pick<PendingRequest, 'requestId' | 'destination' | 'demands'> & { browserHash: string; createdAt: Date };

export const lifetimeSeconds = 3600;
/** An address has to fit into a request line, with what browsers and proxies add. */
const longestPath = 2000;

const purpose = ({ contextId }: Scope): string => `sign-in request:${contextId}`;
const hashOf = (browser: string): string => hashToken(browser).toString('base64url');

type Content = [
  id: string,
  createdAt: number,
  browserHash: string,
  destination: PendingRequest['destination'],
  demands: PendingRequest['demands'],
];

/** @returns what stands in the address. It says nothing to anybody who reads it, and leads on in the browser alone that it was made for. */
export function sealRequest(
  scope: Scope,
  browser: string,
  { destination, demands }: Pick<PendingRequest, 'destination' | 'demands'>,
): string {
  const now = scope.clock.now().getTime();
  const [whole, bare = ''] = [destination.path, destination.path.split('?')[0]];
  const path = [whole, bare, '/'].find(({ length }) => length <= longestPath)!;
  const content: Content = [newId(now), now, hashOf(browser), { ...destination, path }, demands];
  // the operator chose how a key is called
  const [key = '', ...rest] = scope.keyRing.encrypt(JSON.stringify(content), purpose(scope)).split('.');
  return [Buffer.from(key).toString('base64url'), ...rest].join('.');
}

/** @returns undefined where it is none of this company, or over */
export function readSealed(scope: Scope, address: string): SealedRequest | undefined {
  if (isId(address)) return undefined;
  let content: Content;
  try {
    const [key = '', ...rest] = address.split('.');
    const sealed = [Buffer.from(key, 'base64url').toString(), ...rest].join('.');
    content = JSON.parse(scope.keyRing.decrypt(sealed, purpose(scope)).toString());
  } catch {
    return undefined;
  }
  const [id, created, browserHash, destination, demands] = content;
  const createdAt = new Date(created);
  if (scope.clock.now() >= addSeconds(createdAt, lifetimeSeconds)) return undefined;
  return { requestId: id as RequestId, createdAt, browserHash, destination, demands };
}

export const isOfBrowser = ({ browserHash }: SealedRequest, browser: string): boolean => browserHash === hashOf(browser);
