import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { DirectoryQueue } from '../../domain/people/directory-requests/index.ts';
import { type DirectoryId, openScope } from '../../domain/scope.ts';
import type { ChangeListener } from '../../platform/database/index.ts';
import { type Methods, sendFault } from '../../platform/http/index.ts';
import { networkOf } from '../../platform/net/index.ts';
import { mostMessageBytes } from '../../smartsync-protocol/index.ts';
import { anonymousActor, clientOf, type ResolvedContext, type Services } from '../request/index.ts';
import { AgentLine, type DirectoryLimits } from './agent-line.ts';
import { Allowance } from './allowance.ts';
import { handleEnrolment } from './enrol.ts';
import { closeFor } from './frames.ts';
import { meetAgent } from './handshake.ts';
import { ReadingCount } from './reading-limits.ts';
import { Strangers } from './strangers.ts';
import { actor, Switchboard } from './switchboard.ts';

export type SmartSync = {
  /** @returns undefined where agents have no business. @param path inside a context */
  methodsAt(path: string): Methods | undefined;
  /** Answers what is no WebSocket. */
  handle(request: IncomingMessage, response: ServerResponse, context: ResolvedContext, path: string): Promise<void>;
  /** Whether a request to this path may become a WebSocket. */
  isConnection(path: string): boolean;
  connect(request: IncomingMessage, socket: Duplex, head: Buffer, context: ResolvedContext): void;
  readonly connected: number;
  /** Lets what is being answered end, for a moment, and frees the rest for other processes. */
  close(): Promise<void>;
};

const paths: Record<string, Methods> = { '/smartsync/enrol': ['POST'], '/smartsync/connect': ['GET'] };
const mostConnections = 5000;
/** 100,000 people in 100 seconds take a quarter of it. */
const bytesPerSecond = 4 * 1024 * 1024;

type Parts = { services: Services; listener: ChangeListener; queue: DirectoryQueue; software: string };

export function createSmartSync({ services, listener, queue, software }: Parts): SmartSync {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: mostMessageBytes, perMessageDeflate: false, clientTracking: false });
  const board = new Switchboard(services, listener, queue);
  const strangers = new Strangers();
  const limitsOf = new Map<DirectoryId, DirectoryLimits>();

  /** They stay when a connection ends: coming back buys nothing. */
  function findLimits(directoryId: DirectoryId): DirectoryLimits {
    const limits = limitsOf.get(directoryId) ?? { bytes: new Allowance(2 * bytesPerSecond, bytesPerSecond), reading: new ReadingCount() };
    limitsOf.set(directoryId, limits);
    return limits;
  }

  async function meet(socket: WebSocket, request: IncomingMessage, { contextId, url }: ResolvedContext): Promise<void> {
    const scope = openScope(services, contextId, anonymousActor(clientOf(services, request)));
    const met = await meetAgent(socket, scope, url, software, services.log);
    if (!met) return;
    const inside = openScope(services, contextId, actor);
    const line = new AgentLine(socket, met.agent, inside, { queue, log: services.log, limits: findLimits(met.agent.directoryId) });
    await board.plug(socket, line, inside, met);
  }

  return {
    methodsAt: (path) => (Object.hasOwn(paths, path) ? paths[path] : undefined),
    isConnection: (path) => path === '/smartsync/connect',
    async handle(request, response, context, path) {
      if (path === '/smartsync/enrol') return handleEnrolment(services, request, response, context);
      response.setHeader('upgrade', 'websocket');
      sendFault(response, 426, 'upgrade_required', 'This address takes WebSockets only (RFC 6455).');
    },
    connect(request, stream, head, context) {
      const network = networkOf(clientOf(services, request).ip);
      strangers.makeRoom(network, mostConnections - board.connected);
      if (board.connected + strangers.size >= mostConnections)
        return void stream.end('HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      sockets.handleUpgrade(request, stream, head, (socket) => {
        socket.on('error', () => {}); // "close" follows
        strangers.add(socket, network);
        const forget = () => strangers.forget(socket);
        socket.once('close', forget);
        meet(socket, request, context)
          .catch((error) => {
            services.log.error({ err: error }, 'an agent could not be met');
            closeFor(socket, 'it could not be found out who that is', 1011);
          })
          .finally(forget);
      });
    },
    get connected() {
      return board.connected;
    },
    async close() {
      strangers.drop();
      await board.close();
    },
  };
}
