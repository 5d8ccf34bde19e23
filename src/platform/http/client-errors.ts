import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { securityHeaders } from './security-headers.ts';

/** What Node.js says of a request that it could not read, by its code; everything else is 400. */
const statusOf: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** As Node.js does without us, with the headers of our other answers and a sentence. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex & { _httpMessage?: { _headerSent: boolean } }): void {
  const isAnswered = socket._httpMessage?._headerSent === true;
  if (!socket.writable || isAnswered || error.code === 'ECONNRESET') return void socket.destroy(error);
  const status = statusOf[error.code ?? ''] ?? 400;
  const said = status === 431 ? 'The headers of the request, its cookies too, are too large.' : STATUS_CODES[status]!;
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...securityHeaders.map(([name, value]) => `${name}: ${value}`),
    'content-type: text/plain; charset=utf-8',
    `content-length: ${said.length + 1}`,
    'connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${said}\n`);
}
