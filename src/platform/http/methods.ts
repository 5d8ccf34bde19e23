import type { IncomingMessage, ServerResponse } from 'node:http';

/** What an address takes. `OPTIONS` stands for addresses that answer the questions of other sites' browsers (CORS) themselves. */
export type Methods = readonly string[];

/** The value of Allow (RFC 9110 §10.2.1): who takes GET takes HEAD, and every address takes OPTIONS. */
const allowed = (methods: Methods): string[] => [
  ...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).concat('OPTIONS')),
];

/**
 * Answers what asks only for the methods of an address, and refuses a method that the address does not take (RFC 9110 §9.3.7, §15.5.6).
 * @returns whether the request was answered; where it was refused and `showRefusal` is given, that has to answer: Allow is set
 */
export function answerByMethod(request: IncomingMessage, response: ServerResponse, methods: Methods, showRefusal?: () => void): boolean {
  const { method = '' } = request;
  const asksOnly = method === 'OPTIONS' && !(methods.includes('OPTIONS') && request.headers['access-control-request-method']);
  if (!asksOnly && allowed(methods).includes(method)) return false;
  response.setHeader('allow', allowed(methods).join(', '));
  if (asksOnly) response.writeHead(204).end();
  else if (showRefusal) showRefusal();
  else
    sendFault(
      response,
      405,
      'invalid_request',
      `This address takes ${methods.filter((one) => one !== 'OPTIONS').join(' and ')}, not ${method}.`,
    );
  return true;
}

/** What a program is told, in the words of RFC 6749 §5.2. @param description without anything that the caller sent but its method */
export function sendFault(response: ServerResponse, status: number, error: string, description: string): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(`${JSON.stringify({ error, error_description: description })}\n`);
}
