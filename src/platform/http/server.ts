import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type WebServer = {
  port: number;
  /** Takes no new request, lets those in flight finish for `graceSeconds`, then ends what is left. */
  close(graceSeconds: number): Promise<void>;
};

/** Starts an HTTP server whose limits keep a slow or huge caller from holding the others up. */
export async function listen(handler: RequestListener, port: number, host: string): Promise<WebServer> {
  const server: Server = createServer(
    { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 },
    handler,
  );
  server.maxRequestsPerSocket = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
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
      }),
  };
}
