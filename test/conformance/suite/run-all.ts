import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { plans } from '../plans/index.ts';
import { spendCodeEarly } from '../plans/refusals.ts';
import { Notes, type Result, runPlan } from './outcome.ts';
import { createSend, type Place } from './send.ts';
import { type LogoutArrival, openWorld, type Settings } from './world.ts';

/** Listens for logout tokens on the loopback address. @param port 0 for any that is free */
export async function listenForLogout(port: number): Promise<{ port: number; arrivals: LogoutArrival[]; close(): Promise<void> }> {
  const arrivals: LogoutArrival[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', headers } = request;
    arrivals.push({ method, type: headers['content-type'] ?? '', body: Buffer.concat(chunks).toString() });
    response.writeHead(200, { 'cache-control': 'no-store' }).end();
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    arrivals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Runs every plan against one provider. What has to wait is begun first.
 * @throws Error when the settings are not as registered: then no check would say anything
 */
export async function runAll(settings: Settings, places: Map<string, Place>, arrivals?: LogoutArrival[]): Promise<Result[]> {
  const world = await openWorld(settings, createSend(places), arrivals);
  const refuse = (error: Error) =>
    Promise.reject(new Error(`the settings are not as registered, or the person may not sign in: ${error.message}`));
  await spendCodeEarly({ ...world, mode: 'query' }, new Notes()).catch(refuse);
  await spendCodeEarly({ ...world, mode: 'form_post' }, new Notes()).catch(() => undefined);
  const results: Result[] = [];
  for (const { mode, ...plan } of plans) results.push(...(await runPlan(plan, { ...world, mode })));
  return results;
}
