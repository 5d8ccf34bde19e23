// HTTP/1.1 as short as it can be said, for the people of the bench: Node's own client took as much of the server's processors as the server's pages.
import { connect, type Socket } from 'node:net';
import type { Answer, send as plainSend } from '../../test/support/jar.ts';

const idle = new Map<string, Socket[]>();

/** As `send` of the tests: kept connections, answers that say their length. */
export const sendOnWire: typeof plainSend = (url, { method, headers = {}, form, body } = {}) =>
  new Promise((resolve, reject) => {
    const at = url.indexOf('/', 8);
    const host = url.slice(7, at);
    const content = form ? new URLSearchParams(form).toString() : (body?.toString() ?? '');
    let head = `${method ?? (form || body ? 'POST' : 'GET')} ${url.slice(at)} HTTP/1.1\r\nhost: ${host}\r\n`;
    for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
    if (form) head += 'content-type: application/x-www-form-urlencoded\r\n';
    if (content) head += `content-length: ${Buffer.byteLength(content)}\r\n`;
    const socket = take(host);
    const chunks: Buffer[] = [];
    let missing = -1;
    let top = '';
    const end = (error?: Error): void => {
      socket.removeAllListeners('data').removeAllListeners('error').removeAllListeners('close');
      if (error) {
        reject(error);
        return;
      }
      const kept = idle.get(host) ?? [];
      kept.push(socket.on('error', () => {}));
      idle.set(host, kept);
      resolve(readAnswer(url, top, Buffer.concat(chunks)));
    };
    socket.on('data', (chunk: Buffer) => {
      let rest = chunk;
      if (missing < 0) {
        const split = chunk.indexOf('\r\n\r\n');
        if (split < 0) return end(new Error(`half a head from ${url}`));
        top = chunk.toString('latin1', 0, split);
        missing = Number(/\r\ncontent-length: (\d+)/i.exec(top)?.[1] ?? 0);
        rest = chunk.subarray(split + 4);
      }
      chunks.push(rest);
      missing -= rest.length;
      if (missing <= 0) end();
    });
    socket.on('error', end);
    socket.on('close', () => end(new Error(`${url} hung up`)));
    socket.write(`${head}\r\n${content}`);
  });

/** One that the server has closed since it was used last is none. */
function take(host: string): Socket {
  const kept = idle.get(host);
  for (let socket = kept?.pop(); socket; socket = kept?.pop()) if (!socket.destroyed) return socket;
  const [name, port] = host.split(':');
  return connect({ host: name, port: Number(port), noDelay: true });
}

function readAnswer(url: string, top: string, body: Buffer): Answer {
  const location = /\r\nlocation: ([^\r]*)/i.exec(top)?.[1];
  return {
    status: Number(top.slice(9, 12)),
    headers: {},
    setCookie: [...top.matchAll(/\r\nset-cookie: ([^\r]*)/gi)].map(([, value]) => value!),
    text: body.toString(),
    url,
    location: location && (location.startsWith('/') ? url.slice(0, url.indexOf('/', 8)) + location : location),
  };
}
