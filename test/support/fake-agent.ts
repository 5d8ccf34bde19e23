import { exportJWK, generateKeyPair, type JWK } from 'jose';
import WebSocket from 'ws';
import {
  type DirectoryRequest,
  type DirectoryStatus,
  type EntryRecord,
  openSealed,
  type ProtocolVersion,
  protocolVersion,
  proveAnswer,
  type RequestOf,
  type ServerMessage,
  serverMessage,
  signNonce,
} from '../../src/smartsync-protocol/index.ts';
import { until } from './patience.ts';

export type Identity = { agentId: string; signing: JWK; encryption: JWK };
type Answerer = (request: DirectoryRequest, requestId: string, agent: FakeAgent) => unknown;

const publicOf = ({ kty, crv, x }: JWK) => ({ kty, crv, x });

export async function makeKeys() {
  const make = async (alg: string, crv: string) => exportJWK((await generateKeyPair(alg, { crv, extractable: true })).privateKey);
  return { signing: await make('EdDSA', 'Ed25519'), encryption: await make('ECDH-ES+A256KW', 'X25519') };
}

/** Of an agent that only has to be there. */
export const publicKeys = {
  signingKey: { kty: 'OKP', crv: 'Ed25519', x: 'cqjLy2VhhUAUf-GdXScmquHyiZxNGxfeNuOfHkfF54c' },
  encryptionKey: { kty: 'OKP', crv: 'X25519', x: 'k02kkfF0vUS8LSY2ax1LawAaBmP7LFfpVXK-r68gRiA' },
} as const;

/** @param change of the body, to be wrong on purpose */
export async function enrolAt(url: string, token: string, change: object = {}) {
  const keys = await makeKeys();
  const response = await fetch(`${url}/smartsync/enrol`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      token,
      name: 'fake',
      software: 'fake/1',
      protocol: protocolVersion,
      signingKey: publicOf(keys.signing),
      encryptionKey: publicOf(keys.encryption),
      ...change,
    }),
  });
  const body = await response.json();
  return { status: response.status, body, identity: { agentId: body.agentId, ...keys } as Identity };
}

export const upStatus: DirectoryStatus = {
  isUp: true,
  kind: 'openldap',
  servers: [{ url: 'ldap://ldap.example', isUp: true }],
  rootDn: 'dc=example',
  accountDomain: 'example',
};

/** Says yes, with its proof, to this password, and that any other is wrong. */
export const passwordIs =
  (right: string): Answerer =>
  async ({ kind, body }, requestId, agent) => {
    if (kind !== 'verify-password') return { outcome: 'refused', reason: 'unsupported' };
    const { entry, sealed } = body as RequestOf<'verify-password'>;
    const { password, key } = await agent.open(sealed, `verify-password ${entry.id}`);
    return password === right
      ? { outcome: 'accepted', proof: proveAnswer(key, requestId, 'accepted') }
      : { outcome: 'refused', reason: 'wrong-password' };
  };

type Options = {
  identity: Identity;
  /** The company's address, which is also signed; `dial` is another way to it. */
  url: string;
  dial?: string;
  answer?: Answerer;
  status?: DirectoryStatus | null;
  protocol?: ProtocolVersion;
  /** Instead of the signature of the nonce. */
  sign?: (nonce: string) => string | Promise<string>;
  headers?: Record<string, string>;
};

/** Speaks as SmartSync does, with real keys, and whatever else a test wants. */
export class FakeAgent {
  readonly identity: Identity;
  readonly socket: WebSocket;
  readonly heard: ServerMessage[] = [];
  /** Requests that it was given, in order. */
  readonly requests: string[] = [];
  /** How it ended. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** Resolves at the welcome or a refusal, with its reason. */
  readonly met: Promise<string>;
  answer: Answerer;

  constructor({
    identity,
    url,
    dial = url,
    answer = () => undefined,
    status = upStatus,
    protocol = protocolVersion,
    sign,
    headers,
  }: Options) {
    this.identity = identity;
    this.answer = answer;
    this.socket = new WebSocket(`${dial.replace(/^http/, 'ws')}/smartsync/connect`, { perMessageDeflate: false, headers });
    this.socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })));
    this.met = new Promise((resolve) => {
      this.socket.on('unexpected-response', (_, response) => resolve(`HTTP ${response.statusCode}`));
      void this.closed.then(({ reason }) => resolve(`closed: ${reason}`));
      this.socket.on('message', async (data) => {
        const message = serverMessage.parse(JSON.parse(String(data)));
        this.heard.push(message);
        if (message.type === 'challenge') {
          const signature = await (sign?.(message.nonce) ?? signNonce(message.nonce, url, identity.agentId, identity.signing));
          this.say({ type: 'proof', agentId: identity.agentId, protocol, software: 'fake/1', signature });
        } else if (message.type === 'welcome') {
          if (status) this.say({ type: 'status', status });
          resolve('welcome');
        } else if (message.type === 'refused') resolve(message.reason);
        else if (message.type === 'request') {
          this.requests.push(message.requestId);
          const given = await this.answer(message.request, message.requestId, this);
          if (given !== undefined) this.say({ type: 'answer', requestId: message.requestId, answer: given });
        }
      });
    });
  }

  say(message: object | string): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  open = (sealed: RequestOf<'verify-password'>['sealed'], purpose: string) =>
    openSealed(sealed, purpose, this.identity.agentId, this.identity.encryption);

  /** Sends batches one after the other, each when the one before was taken. */
  async sendBatches(requestId: string, batches: EntryRecord[][]): Promise<void> {
    for (const [sequence, entries] of batches.entries()) {
      this.say({ type: 'batch', requestId, sequence, entries });
      await this.until((message) => message.type === 'taken' && message.requestId === requestId && message.sequence === sequence);
    }
  }

  /** Resolves when it has heard such a message. */
  async until(is: (message: ServerMessage) => boolean, withinMs = 5000): Promise<ServerMessage> {
    return until(
      () => this.heard.find(is),
      () => `it heard ${JSON.stringify(this.heard).slice(0, 500)}`,
      withinMs,
    );
  }

  /** Without a word, as a process that is killed. */
  kill(): void {
    this.socket.terminate();
  }

  async end(): Promise<void> {
    this.socket.close();
    await this.closed;
  }
}
