import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { enrolmentAnswer, protocolVersion } from '../../smartsync-protocol/index.ts';
import { hashOfToken, type Identity, makeKeys, publicPart } from '../identity/identity.ts';
import { software } from '../version.ts';
import { LinkError, type LinkFault, linkErrorOf, linkErrorOfStatus } from './faults.ts';
import type { Way } from './proxy.ts';

const refusals: Record<number, LinkFault> = { 401: 'token-refused', 409: 'agents-full', 426: 'incompatible' };

type Asked = { server: string; token: string; name: string };
const timeoutMs = 15_000;

/** Buys an identity with the token: new keys, whose private parts never leave this machine. @throws LinkError */
export async function enrol({ server, token, name }: Asked, way: Way): Promise<Identity> {
  const keys = await makeKeys();
  const { status, body } = await post(
    `${server}/smartsync/enrol`,
    {
      token,
      name,
      software,
      protocol: protocolVersion,
      signingKey: publicPart(keys.signing, 'Ed25519'),
      encryptionKey: publicPart(keys.encryption, 'X25519'),
    },
    way,
  );
  if (status === 401 && isExpired(body)) throw way.blame(new LinkError('token-expired'));
  if (status !== 201) throw way.blame(refusals[status] ? new LinkError(refusals[status]) : linkErrorOfStatus(status));
  try {
    return { ...enrolmentAnswer.parse(JSON.parse(body)), tokenHash: hashOfToken(token), keys };
  } catch {
    throw new LinkError('not-portaria', 'the answer to the enrolment cannot be read');
  }
}

/** Of a server of an earlier version it is a token like any other that it does not take. */
function isExpired(body: string): boolean {
  try {
    return (JSON.parse(body) as { error?: unknown }).error === 'token_expired';
  } catch {
    return false;
  }
}

/** `fetch` knows no proxy. @throws LinkError */
function post(address: string, content: object, way: Way): Promise<{ status: number; body: string }> {
  const text = JSON.stringify(content);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => reject(way.blame(linkErrorOf(error)));
    const asked = (address.startsWith('https:') ? requestHttps : requestHttp)(
      address,
      {
        method: 'POST',
        agent: way.agent,
        signal: AbortSignal.timeout(timeoutMs),
        headers: { 'content-type': 'application/json', accept: 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          // whatever answers there must not fill our memory
          if (body.length < 100_000) body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body })).on('error', fail);
      },
    );
    asked.on('error', (error) => fail(error.name === 'TimeoutError' || error.name === 'AbortError' ? new LinkError('no-answer') : error));
    asked.end(text);
  });
}
