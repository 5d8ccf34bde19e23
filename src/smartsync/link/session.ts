import WebSocket from 'ws';
import type { z } from 'zod';
import {
  type AgentMessage,
  type DirectoryStatus,
  isCompatible,
  mostMessageBytes,
  protocolVersion,
  type ServerMessage,
  serverMessage,
  signNonce,
} from '../../smartsync-protocol/index.ts';
import { software } from '../version.ts';
import { Desk, type Serving } from './desk.ts';
import { LinkError, linkErrorOf, linkErrorOfClose, linkErrorOfStatus } from './faults.ts';
import type { Way } from './proxy.ts';

const timeoutMs = 15_000;
/** A dead connection is noticed within ten seconds. */
const usual = { pingEveryMs: 3000, deadAfterMs: 9000 };

type Listening = Serving & {
  server: string;
  way: Way;
  status(): DirectoryStatus;
  onWelcome(directory: string): void;
  liveness?: typeof usual;
};

/** One connection to the server, from its opening to its end. */
export class Session {
  /** Rejects with the LinkError that ended it; resolves when we closed it. */
  readonly end: Promise<void>;
  readonly #listening: Listening;
  readonly #liveness: typeof usual;
  readonly #socket: WebSocket;
  readonly #desk: Desk;
  #isWelcome = false;
  #isClosed = false;
  #heardAt = performance.now();
  #unreadable = 0;
  #fail: (error: LinkError) => void = () => {};

  constructor(listening: Listening) {
    this.#listening = listening;
    this.#liveness = listening.liveness ?? usual;
    this.#desk = new Desk(listening, (message) => this.#send(message));
    const socket = new WebSocket(`${listening.server.replace(/^http/, 'ws')}/smartsync/connect`, {
      agent: listening.way.agent,
      handshakeTimeout: timeoutMs,
      maxPayload: mostMessageBytes,
      perMessageDeflate: false,
      followRedirects: false,
    });
    this.#socket = socket;
    const ping = setInterval(() => this.#ping(), this.#liveness.pingEveryMs);
    this.end = new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      socket.on('unexpected-response', (_, response) => {
        reject(listening.way.blame(linkErrorOfStatus(response.statusCode ?? 0)));
        socket.terminate();
      });
      socket.on('error', (error) => reject(listening.way.blame(linkErrorOf(error))));
      socket.on('close', (code, reason) => {
        clearInterval(ping);
        this.#desk.cancelAll();
        if (this.#isClosed) resolve();
        else reject(linkErrorOfClose(code, String(reason)));
      });
    });
    for (const sign of ['open', 'message', 'ping', 'pong'] as const)
      socket.on(sign, () => {
        this.#heardAt = performance.now();
      });
    socket.on('message', (data) => void this.#read(String(data)));
  }

  tell(status: DirectoryStatus): void {
    if (this.#isWelcome) this.#send({ type: 'status', status });
  }

  /** Finishes what is being done, and what is asked meanwhile, for `graceMs` at most. */
  async close(graceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([this.#desk.idle(), grace]);
    clearTimeout(timer);
    this.#isClosed = true;
    this.#socket.close(1000);
    // who does not answer the closing is gone already
    const cut = setTimeout(() => this.#socket.terminate(), 500);
    await this.end.catch(() => {});
    clearTimeout(cut);
  }

  #ping(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (performance.now() - this.#heardAt < this.#liveness.deadAfterMs) return void this.#socket.ping();
    this.#fail(new LinkError('no-answer', 'nothing is heard from the server any more'));
    this.#socket.terminate();
  }

  #giveUp(error: LinkError): void {
    this.#fail(error);
    this.#socket.close(1000);
  }

  #send(message: AgentMessage): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  async #read(text: string): Promise<void> {
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch {
      return this.#passOver('it is not JSON');
    }
    const message = serverMessage.safeParse(content);
    if (message.success) return this.#obey(message.data);
    this.#refuse(content, message.error);
  }

  /** A newer server may send a request that we do not know: it has to get an answer. */
  #refuse(content: unknown, error: z.ZodError): void {
    const { type, requestId } = (content ?? {}) as { type?: unknown; requestId?: unknown };
    this.#passOver(`${error.issues[0]?.path.join('.') || 'it'} is not as expected`);
    if (this.#isWelcome && type === 'request' && typeof requestId === 'string' && requestId.length < 100)
      this.#send({
        type: 'answer',
        requestId,
        answer: { outcome: 'refused', reason: 'unsupported', detail: `${software} cannot read it` },
      });
  }

  #passOver(why: string): void {
    // the log is not filled by whoever sends nothing else
    if (this.#unreadable++ < 10) this.#listening.log.say(`A message of the server cannot be read: ${why}`);
  }

  async #obey(message: ServerMessage): Promise<void> {
    const { identity, server } = this.#listening;
    if (message.type === 'refused') this.#giveUp(new LinkError(message.reason));
    else if (message.type === 'challenge') {
      if (!isCompatible(message.protocol)) return this.#giveUp(new LinkError('incompatible', message.software));
      const signature = await signNonce(message.nonce, server, identity.agentId, identity.keys.signing);
      this.#send({ type: 'proof', agentId: identity.agentId, protocol: protocolVersion, software, signature });
    } else if (message.type === 'welcome') {
      this.#isWelcome = true;
      this.#listening.onWelcome(message.directory);
      this.tell(this.#listening.status());
    } else if (!this.#isWelcome) this.#passOver(`${message.type} came before the welcome`);
    else if (message.type === 'request') this.#desk.take(message);
    else if (message.type === 'taken') this.#desk.taken(message.requestId, message.sequence);
    else this.#desk.cancel(message.requestId);
  }
}
