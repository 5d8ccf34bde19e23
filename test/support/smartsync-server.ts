import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import WebSocket, { WebSocketServer } from 'ws';
import {
  type AgentMessage,
  agentMessage,
  type Enrolment,
  enrolment,
  type ProtocolVersion,
  protocolVersion,
  verifyNonce,
} from '../../src/smartsync-protocol/index.ts';
import type { Certificate } from './certificates.ts';
import { eventually } from './process.ts';

type Answer = { outcome: string; reason?: string; detail?: string; [more: string]: unknown };

export type Connected = {
  agentId: string;
  socket: WebSocket;
  messages: AgentMessage[];
  send(message: object): void;
  /** Asks, and resolves with the answer. */
  ask(
    kind: string,
    body: object,
    deadlineMs?: number,
  ): Promise<{ outcome: string; reason?: string; detail?: string; [more: string]: unknown }>;
};

/** The server's side of the wire, as small as the protocol lets it be: enrolment by one token, proofs, requests. */
export type SmartSyncServer = {
  /** Of a company. */
  address: string;
  tokens: Set<string>;
  expiredTokens: Set<string>;
  enrolments: Enrolment[];
  agents: Map<string, Enrolment>;
  connections: Connected[];
  /** What the next proof is answered with, instead of a welcome. */
  refusal: string | undefined;
  /** Of its challenges. */
  protocol: ProtocolVersion;
  /** The last one, once it was welcomed. */
  connected(): Promise<Connected>;
  /** Cuts every connection, as a server that dies. */
  cut(): void;
  close(): Promise<void>;
};

/** @param port 0: a free one. @param certificate with it, at https://localhost */
export async function startSmartSyncServer(port = 0, certificate?: Certificate): Promise<SmartSyncServer> {
  const sockets = new Set<Socket>();
  const directoryId = randomUUID();
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const asked = enrolment.safeParse(JSON.parse(body || '{}'));
    if (request.url !== '/acme/smartsync/enrol' || !asked.success) return void response.writeHead(404).end();
    if (server.expiredTokens.has(asked.data.token)) return void response.writeHead(401).end('{"error":"token_expired"}');
    if (!server.tokens.has(asked.data.token)) return void response.writeHead(401).end();
    const agentId = randomUUID();
    server.enrolments.push(asked.data);
    server.agents.set(agentId, asked.data);
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ agentId, directoryId, directory: 'Head office' }));
  };
  const http = certificate
    ? createTlsServer({ key: readFileSync(certificate.keyFile), cert: readFileSync(certificate.certificateFile) }, handle)
    : createServer(handle);
  http.on('connection', (socket) => sockets.add(socket));
  const web = new WebSocketServer({ server: http, path: '/acme/smartsync/connect' });
  const server: SmartSyncServer = {
    address: '',
    tokens: new Set(['token-1']),
    expiredTokens: new Set(['token-old']),
    enrolments: [],
    agents: new Map(),
    connections: [],
    refusal: undefined,
    protocol: protocolVersion,
    async connected() {
      await eventually(async () => {
        if (server.connections.at(-1)?.socket.readyState !== WebSocket.OPEN) throw new Error('no agent is connected');
      });
      return server.connections.at(-1)!;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
    },
    async close() {
      server.cut();
      web.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  web.on('connection', (socket) => {
    const nonce = randomBytes(24).toString('base64url');
    const send = (message: object) => socket.send(JSON.stringify(message));
    send({ type: 'challenge', nonce, protocol: server.protocol, software: 'Portaria 0' });
    let connected: Connected | undefined;
    socket.on('message', async (data) => {
      const message = agentMessage.parse(JSON.parse(String(data)));
      if (connected) return void connected.messages.push(message);
      if (message.type !== 'proof') return socket.close(1008);
      const agent = server.agents.get(message.agentId);
      const isProven = agent && (await verifyNonce(message.signature, nonce, server.address, message.agentId, agent.signingKey));
      const refusal = server.refusal ?? (agent ? (isProven ? undefined : 'wrong-proof') : 'unknown-agent');
      if (refusal) {
        send({ type: 'refused', reason: refusal });
        return socket.close(1000);
      }
      connected = connection(message.agentId, socket);
      server.connections.push(connected);
      send({ type: 'welcome', directoryId, directory: 'Head office' });
    });
  });
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  const { port: taken } = http.address() as AddressInfo;
  server.address = certificate ? `https://localhost:${taken}/acme` : `http://127.0.0.1:${taken}/acme`;
  return server;
}

function connection(agentId: string, socket: WebSocket): Connected {
  const messages: AgentMessage[] = [];
  const send = (message: object) => socket.send(JSON.stringify(message));
  return {
    agentId,
    socket,
    messages,
    send,
    async ask(kind, body, deadlineMs = 10_000) {
      const requestId = randomUUID();
      send({ type: 'request', requestId, deadlineMs, request: { kind, body } });
      let answer: unknown;
      await eventually(async () => {
        const found = messages.find((one) => one.type === 'answer' && one.requestId === requestId);
        if (found?.type !== 'answer') throw new Error(`${kind} is not answered`);
        answer = found.answer;
      });
      return answer as Answer;
    },
  };
}
