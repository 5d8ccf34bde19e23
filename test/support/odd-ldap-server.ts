import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Ber, BerReader, BerWriter } from 'ldapts';

export type OddLdapServer = { url: string; binds(): number; stop(): void };

type Answer = { entries: { dn: string; attributes: Record<string, string[]> }[]; cookie?: string; code?: number };

const [bind, extended, search, searchEntry, searchDone] = [0x60, 0x77, 0x63, 0x64, 0x65];
const protocolError = 2;

/**
 * A directory that does what no real one does when it is asked to: it answers each search that is not for one entry by `onSearch`, lets everybody in, and knows no extended operation, such as StartTLS.
 * @param onSearch gets the filter as it came, in bytes, and the search's number
 */
export async function startOddLdapServer(onSearch: (filter: Buffer, number: number) => Answer): Promise<OddLdapServer> {
  const sockets = new Set<Socket>();
  let number = 0;
  let binds = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      for (let rest = data; rest.length > 0; ) {
        const reader = new BerReader(rest);
        reader.readSequence();
        const end = reader.offset + reader.length;
        const id = reader.readInt()!;
        const operation = reader.readSequence();
        if (operation === bind) {
          binds++;
          socket.write(message(id, 0x61, result(0)));
        }
        if (operation === extended) socket.write(message(id, 0x78, result(protocolError)));
        if (operation === search) answer(socket, id, reader);
        rest = rest.subarray(end);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  function answer(socket: Socket, id: number, reader: BerReader): void {
    const base = reader.readString() ?? '';
    const isOne = reader.readEnumeration() === 0;
    const root = { dn: '', attributes: { namingContexts: ['dc=odd'], supportedControl: ['1.2.840.113556.1.4.319'] } };
    const {
      entries,
      cookie,
      code = 0,
    }: Answer = isOne
      ? { entries: [base === '' ? root : { dn: base, attributes: { objectClass: ['top'] } }] }
      : onSearch(reader.remainingBuffer, number++);
    for (const { dn, attributes } of entries)
      socket.write(
        message(id, searchEntry, (writer) => {
          writer.writeString(dn);
          writer.startSequence();
          for (const [type, values] of Object.entries(attributes)) {
            writer.startSequence();
            writer.writeString(type);
            writer.startSequence(0x31);
            writer.writeStringArray(values);
            writer.endSequence();
            writer.endSequence();
          }
          writer.endSequence();
        }),
      );
    socket.write(message(id, searchDone, result(code), cookie));
  }
  return {
    url: `ldap://127.0.0.1:${(server.address() as { port: number }).port}`,
    binds: () => binds,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const result = (code: number) => (writer: BerWriter) => {
  writer.writeEnumeration(code);
  writer.writeString('');
  writer.writeString('');
};

function message(id: number, operation: number, content: (writer: BerWriter) => void, cookie?: string): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  writer.startSequence(operation);
  content(writer);
  writer.endSequence();
  if (cookie !== undefined) {
    const value = new BerWriter();
    value.startSequence();
    value.writeInt(0);
    value.writeString(cookie);
    value.endSequence();
    writer.startSequence(0xa0);
    writer.startSequence();
    writer.writeString('1.2.840.113556.1.4.319');
    writer.writeBuffer(value.buffer, Ber.OctetString);
    writer.endSequence();
    writer.endSequence();
  }
  writer.endSequence();
  return writer.buffer;
}
