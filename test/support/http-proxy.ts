import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A proxy that knows CONNECT only (RFC 9110 §9.3.6), and what it was asked for. */
export type Proxy = {
  /** Host and port. */
  address: string;
  asked: string[];
  /** The status that it answers with, instead of connecting. */
  refusal: number | undefined;
  close(): Promise<void>;
};

export async function startProxy(): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const http = createServer((_, response) => response.writeHead(405).end());
  http.on('connection', (socket) => sockets.add(socket));
  const proxy: Proxy = {
    address: '',
    asked: [],
    refusal: undefined,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  http.on('connect', (request, socket) => {
    socket.on('error', () => {});
    proxy.asked.push(request.url!);
    if (proxy.refusal) return void socket.end(`HTTP/1.1 ${proxy.refusal} No\r\ncontent-length: 0\r\n\r\n`);
    const [host, port] = request.url!.split(':');
    const onward = connect(Number(port), host, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    onward.on('error', () => socket.destroy());
    sockets.add(onward);
    onward.pipe(socket).pipe(onward);
  });
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  proxy.address = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  return proxy;
}
