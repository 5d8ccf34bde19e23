// Owns: what browsers, robots and editors ask of a host without knowing what runs there: its icon, robots.txt, security.txt, the page to change a password, the schema of the file of `apply`.
// Does not: belong to a company, or show pages.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { configurationSchemaPath } from '../../domain/administration/configuration/index.ts';
import { addSeconds } from '../../platform/clock/index.ts';
import { cookieNames, type ResolvedContext, type Services } from '../request/index.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export type HostFiles = {
  /** Of a path at the root of a host. */
  find(path: string): Answer | undefined;
};

type Settings = {
  icon: Buffer;
  securityContact: string | undefined;
  /** Of the file of `portaria apply`, for editors. */
  configurationSchema: Buffer;
};

const securityTxtSeconds = 30 * 24 * 3600;

export function createHostFiles(services: Services, { icon, securityContact, configurationSchema }: Settings): HostFiles {
  const robots = Buffer.from('User-agent: *\nDisallow: /\n');
  const sendSecurityTxt: Answer = (_request, response) => {
    if (!securityContact) return sendNothing(response);
    const expires = addSeconds(services.clock.now(), securityTxtSeconds).toISOString().replace(/\.\d+/, '');
    send(response, 'text/plain; charset=utf-8', Buffer.from(`Contact: ${securityContact}\nExpires: ${expires}\n`));
  };
  const answers = new Map<string, Answer>([
    ['/favicon.ico', (_request, response) => send(response, 'image/x-icon', icon)],
    [
      configurationSchemaPath,
      (_request, response) => {
        response.setHeader('access-control-allow-origin', '*'); // editors in a browser are pages of others
        send(response, 'application/schema+json', configurationSchema);
      },
    ],
    ['/robots.txt', (_request, response) => send(response, 'text/plain; charset=utf-8', robots)],
    ['/.well-known/security.txt', sendSecurityTxt],
    ['/security.txt', sendSecurityTxt], // where it was before RFC 9116 §3
    [
      '/.well-known/change-password',
      async (request, response) => {
        const context = await findVisited(services, request);
        if (!context) return sendNothing(response);
        response.writeHead(303, { location: `${context.url}${services.pathOf({ page: 'own-password' })}` }).end();
      },
    ],
  ]);
  return { find: (path) => answers.get(path) };
}

/** Browsers ask the host where passwords are changed; which company is meant on a host of several, the cookies of its pages tell. */
async function findVisited({ contexts }: Services, { headers }: IncomingMessage): Promise<ResolvedContext | undefined> {
  const only = await contexts.findOnly();
  if (only) return only;
  const codes = [...(headers.cookie ?? '').matchAll(/portaria_(session|browser)_([a-z0-9-]{1,63})=/g)]
    .sort(([, a], [, b]) => Number(b === 'session') - Number(a === 'session'))
    .map(([, , code]) => code!);
  for (const code of new Set(codes.slice(0, 20))) {
    const found = await contexts.resolve(headers.host ?? '', `/${code}`);
    const names = found && cookieNames(found.context);
    if (names && [names.session, names.browser].some((name) => headers.cookie!.includes(`${name}=`))) return found.context;
  }
  return undefined;
}

function send(response: ServerResponse, type: string, body: Buffer): void {
  response.writeHead(200, { 'content-type': type, 'content-length': body.length, 'cache-control': 'public, max-age=86400' });
  response.end(body);
}

const sendNothing = (response: ServerResponse): void =>
  void response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not Found\n');
