import { createServer, type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';

import { answerClientError } from './client-errors.ts';

export type WebServer = {
  port: number;
  /** From now on each response closes its connection, so that the next request goes to another process. */
  drain(): void;
  /** Takes no new connection; those that are open go on. */
  refuse(): void;
  /** Takes no new request, lets those in flight finish for `graceSeconds`, then ends what is left. */
  close(graceSeconds: number): Promise<void>;
};

/** Connections that become something else than HTTP. */
export type Upgrades = {
  /** Takes the connection over, or leaves it. */
  take(request: IncomingMessage, socket: Socket, head: Buffer): Promise<boolean>;
  /** Ends those that were taken over. */
  close(): Promise<void>;
};

/** Starts an HTTP server whose limits keep a slow or huge caller from holding the others up. */
export async function listen(handler: RequestListener, port: number, host: string, upgrades?: Upgrades): Promise<WebServer> {
  const server: Server = createServer(
    {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
      // every 30 seconds by default: a caller who is too slow would stay four times as long
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      if (isDraining) response.shouldKeepAlive = false;
      handler(request, response);
    },
  );
  let isDraining = false;
  server.maxRequestsPerSocket = 0;
  server.on('clientError', answerClientError);
  if (upgrades)
    server.on('upgrade', (request, socket: Socket, head) => {
      socket.on('error', () => {}); // the server listens no more
      upgrades.take(request, socket, head).then(
        (isTaken) => isTaken || passOver(request, socket, handler),
        () => socket.destroy(),
      );
    });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    drain() {
      isDraining = true;
    },
    // not that of http, which also ends connections on which the next request may be under way already
    refuse: () => void NetServer.prototype.close.call(server),
    close: (graceSeconds) =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000);
        // a connection that finishes its request becomes idle after this call, and would be kept alive
        const idle = setInterval(() => server.closeIdleConnections(), 50);
        server.close(() => {
          clearTimeout(force);
          clearInterval(idle);
          resolve();
        });
        upgrades?.close().catch(() => {});
      }),
  };
}

/** Who asks for something else than HTTP and does not get it, is answered as others are, once (RFC 9110 §7.8). A body would be lost. */
function passOver(request: IncomingMessage, socket: Socket, handler: RequestListener): void {
  if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method ?? ''))
    return void socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.once('finish', () => socket.end());
  handler(request, response);
}
