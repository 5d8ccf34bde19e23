// An API: notes that are read and written with access tokens of its own.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';

const {
  ISSUER: issuer = '',
  IDENTIFIER: audience = '',
  RESOURCE_METADATA: metadata,
  ADDRESS: address = 'http://localhost:4002',
} = process.env;
if (!issuer || !audience) {
  process.stderr.write('Set ISSUER and IDENTIFIER; README.md says how.\n');
  process.exit(64);
}

type Token = JWTPayload & { scope?: string; client_id?: string };
const notes: { text: string; by: string }[] = [];
let keys: Promise<JWTVerifyGetKey> | undefined;

/** The issuer's keys: its document says where; they are fetched again when a token names one that is not among them. */
const issuersKeys = (): Promise<JWTVerifyGetKey> => {
  keys ??= fetch(`${issuer}/.well-known/openid-configuration`)
    .then((answer) => answer.json())
    .then((document) => createRemoteJWKSet(new URL((document as { jwks_uri: string }).jwks_uri)));
  keys.catch(() => {
    keys = undefined;
  });
  return keys;
};

class Refused extends Error {
  readonly status: number;
  readonly challenge: string;

  /** @param parts of WWW-Authenticate (RFC 6750 §3) */
  constructor(status: number, parts: Record<string, string | undefined>) {
    super(parts.error_description ?? parts.error ?? 'a token is needed');
    this.status = status;
    const said = Object.entries({ ...parts, resource_metadata: metadata }).filter(([, value]) => value !== undefined);
    this.challenge = `Bearer ${said.map(([name, value]) => `${name}="${value}"`).join(', ')}`.trim();
  }
}

/** RFC 9068 §4: signature, type, issuer, audience and time, and then whether the token allows it. @throws Refused */
async function authorize(request: IncomingMessage, scope: string): Promise<Token> {
  const token = /^Bearer ([\w.~+/=-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!token) throw new Refused(401, {});
  const { payload } = await jwtVerify<Token>(token, await issuersKeys(), { issuer, audience, typ: 'at+jwt' }).catch((error) => {
    // of an issuer that does not answer nobody can say that the token is wrong
    if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout) throw error;
    throw new Refused(401, { error: 'invalid_token', error_description: error.message.replaceAll('"', "'") });
  });
  if (!payload.scope?.split(' ').includes(scope)) throw new Refused(403, { error: 'insufficient_scope', scope });
  return payload;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 2000) throw new Refused(413, {});
  }
  return text;
}

const routes: Record<string, (request: IncomingMessage) => Promise<unknown>> = {
  async 'GET /notes'(request) {
    await authorize(request, 'notes:read');
    return { notes };
  },
  async 'POST /notes'(request) {
    const { sub = '' } = await authorize(request, 'notes:write');
    notes.push({ text: await readBody(request), by: sub });
    if (notes.length > 100) notes.shift();
    return { notes };
  },
};

function answer(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}

const server = createServer((request, response) => {
  const name = `${request.method} ${new URL(request.url ?? '/', address).pathname}`;
  const handle = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (!handle) return answer(response, 404, { error: 'not_found' });
  handle(request).then(
    (body) => answer(response, 200, body),
    (error: Error) =>
      error instanceof Refused
        ? answer(response, error.status, { error: error.message }, { 'www-authenticate': error.challenge })
        : answer(response, 503, { error: error.message }),
  );
});
server.on('error', (error) => {
  process.stderr.write(`The API example does not start: ${error.message}\n`);
  process.exit(1);
});
server.listen(Number(new URL(address).port), 'localhost');
process.on('disconnect', () => process.exit(0)); // the demo that started us is gone
