import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an application was sent. `target`: path and query as they came. */
export type Arrival = { method: string; target: string; host: string; body: string };

/** The web server of an application, which notes whoever arrives. */
export type RunningApplication = {
  origin: string;
  arrivals: Arrival[];
  /** Answers whoever arrives at this path by sending them on. */
  leadOn(path: string, to: string): void;
  close(): Promise<void>;
};

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** @param address a loopback address, or `::1` @param name what browsers call it in place of the address */
export async function startApplication(
  address = '127.0.0.1',
  name = address.includes(':') ? `[${address}]` : address,
): Promise<RunningApplication> {
  const arrivals: Arrival[] = [];
  const onward = new Map<string, string>();
  const server: Server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const body = await readBody(request);
    const path = url.split('?')[0]!;
    if (path === '/favicon.ico') return response.writeHead(404).end();
    arrivals.push({ method, target: url, host: headers.host ?? '', body });
    const to = onward.get(path);
    if (to) return response.writeHead(302, { location: to }).end();
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      .end('<!doctype html><title>Application</title><h1 id="arrived">Arrived</h1>');
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, address, resolve));
  return {
    origin: `http://${name}:${(server.address() as AddressInfo).port}`,
    arrivals,
    leadOn: (path, to) => void onward.set(path, to),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
