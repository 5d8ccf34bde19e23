import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Answer, Jar } from './jar.ts';

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();

type CborValue = number | string | Buffer | Map<number | string, CborValue>;

/** As much of CBOR (RFC 8949) as attestation objects and COSE keys need. */
function cbor(value: CborValue): Buffer {
  const head = (major: number, n: number) => {
    if (n < 24) return Buffer.from([(major << 5) | n]);
    return n < 256 ? Buffer.from([(major << 5) | 24, n]) : Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
  };
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -value - 1);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)])]);
}

type Options = { challenge: string; rpId?: string; rp?: { id: string } };

/** An authenticator with one key, which verifies its user and answers as a browser at `origin` would (WebAuthn Level 3 §6.1, §7). */
export function createSoftwarePasskey(origin: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(32);
  let count = 0;
  const presentVerified = 0x05;
  const clientData = (type: string, { challenge }: Options) => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const authenticatorData = (rpId: string, flags: number) => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(++count);
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), counter]);
  };
  const answer = (response: Record<string, Buffer>) =>
    JSON.stringify({
      id: id.toString('base64url'),
      rawId: id.toString('base64url'),
      type: 'public-key',
      clientExtensionResults: {},
      response: Object.fromEntries(Object.entries(response).map(([name, value]) => [name, value.toString('base64url')])),
    });
  return {
    create(options: Options): string {
      const { x, y } = publicKey.export({ format: 'jwk' });
      const key = new Map<number, CborValue>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x!, 'base64url')],
        [-3, Buffer.from(y!, 'base64url')],
      ]);
      const length = Buffer.from([0, id.length]);
      const attested = Buffer.concat([authenticatorData(options.rp!.id, presentVerified | 0x40), Buffer.alloc(16), length, id, cbor(key)]);
      const object = new Map<string, CborValue>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', attested],
      ]);
      return answer({ clientDataJSON: clientData('webauthn.create', options), attestationObject: cbor(object) });
    },
    get(options: Options): string {
      const data = authenticatorData(options.rpId!, presentVerified);
      const client = clientData('webauthn.get', options);
      const signature = createSign('sha256')
        .update(Buffer.concat([data, sha256(client)]))
        .sign(privateKey);
      return answer({ clientDataJSON: client, authenticatorData: data, signature });
    },
  };
}

/** Submits the passkey form of a page as the page's script would. */
export async function answerPasskey(
  jar: Jar,
  page: Answer,
  passkey: ReturnType<typeof createSoftwarePasskey>,
  stop?: (url: string) => boolean,
) {
  const options = JSON.parse(/data-options="([^"]*)"/.exec(page.text)![1]!.replaceAll('&quot;', '"'));
  const isNew = page.text.includes('data-passkey="create"');
  return jar.submit(
    jar.form(page, /passkey$|second-factor$|enrol$/),
    { passkey: isNew ? passkey.create(options) : passkey.get(options) },
    stop,
  );
}
