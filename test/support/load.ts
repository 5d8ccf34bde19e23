import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { basic } from './oidc.ts';
import { clientSecret } from './server.ts';

const form = 'grant_type=client_credentials';

/** One token on a connection that is kept: a request that must not be sent twice by itself. @returns what went wrong */
function askToken(issuer: string, agent: Agent): Promise<string | undefined> {
  return new Promise((resolve) => {
    const headers = {
      ...basic('payroll', clientSecret),
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': form.length,
    };
    const asked = request(`${issuer}/oidc/token`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode === 200 ? undefined : `status ${answer.statusCode}`));
      answer.on('error', (error) => resolve(`answer: ${error.message}`));
    });
    // the connection was on its way to a process that fell
    asked.setTimeout(5000, () => asked.destroy(new Error('no answer')));
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end(form);
  });
}

export type Load = { answered: number; failures: string[]; stop(): Promise<void> };

/** Programs that ask for tokens without a pause, each on a connection that it keeps. */
export function startLoad(issuer: string, lanes = 6): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  let isOver = false;
  const load: Load = {
    answered: 0,
    failures: [],
    async stop() {
      isOver = true;
      await ended;
      agent.destroy();
    },
  };
  const lane = async () => {
    while (!isOver) {
      const failure = await askToken(issuer, agent);
      if (failure) {
        load.failures.push(failure);
        await sleep(20);
      } else load.answered += 1;
    }
  };
  const ended = Promise.all(Array.from({ length: lanes }, lane));
  return load;
}

/** Sends requests in turn to those whose /readyz says so, which it asks ten times a second, on connections that it keeps. */
export async function startBalancer(backends: string[]): Promise<{ url: string; close(): Promise<void> }> {
  const agent = new Agent({ keepAlive: true });
  const ready = new Set(backends);
  let turn = 0;
  const asking = setInterval(() => {
    for (const backend of backends)
      fetch(`${backend}/readyz`).then(
        ({ ok }) => (ok ? ready.add(backend) : ready.delete(backend)),
        () => ready.delete(backend),
      );
  }, 100);
  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    const able = [...ready];
    turn += 1;
    const backend = able[turn % able.length];
    if (!backend) return void outgoing.writeHead(502).end();
    const passed = request(`${backend}${incoming.url}`, { method: incoming.method, headers: incoming.headers, agent }, (answer) => {
      const { connection: _, 'keep-alive': _k, ...headers } = answer.headers;
      outgoing.writeHead(answer.statusCode!, headers);
      answer.pipe(outgoing);
    });
    passed.on('error', (error) => outgoing.writeHead(502).end(error.message));
    incoming.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        clearInterval(asking);
        agent.destroy();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
