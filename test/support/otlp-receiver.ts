import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** As OTLP has them (opentelemetry/proto/trace/v1/trace.proto); ids in hex. */
export type ReceivedSpan = {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** 2 server, 3 client, 5 consumer. */
  kind: number;
  attributes: Record<string, string | number | boolean>;
  isError: boolean;
};

export type OtlpReceiver = {
  url: string;
  spans: ReceivedSpan[];
  /** Of the process that sent them. */
  resource: Record<string, unknown>;
  headers: Record<string, unknown>[];
  /** All octets that arrived. */
  raw(): Buffer;
  close(): Promise<void>;
};

type Field = { number: number; value: number | bigint | Buffer };

/** The fields of one message in the wire format of Protocol Buffers. */
function* fieldsOf(octets: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const octet = octets[at++]!;
      value |= BigInt(octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    at += length;
    return octets.subarray(at - length, at);
  };
  while (at < octets.length) {
    const tag = Number(varint());
    const number = tag >> 3;
    const type = tag & 7;
    if (type === 0) yield { number, value: varint() };
    else if (type === 1) yield { number, value: take(8) };
    else if (type === 2) yield { number, value: take(Number(varint())) };
    else if (type === 5) yield { number, value: take(4) };
    else throw new Error(`no wire type: ${type}`);
  }
}

const all = (octets: Buffer, number: number): Buffer[] =>
  [...fieldsOf(octets)].filter((one) => one.number === number).map(({ value }) => value as Buffer);
const one = (octets: Buffer, number: number): Field['value'] | undefined =>
  [...fieldsOf(octets)].find((field) => field.number === number)?.value;
const text = (octets: Buffer, number: number, encoding: BufferEncoding = 'utf8'): string =>
  ((one(octets, number) as Buffer) ?? Buffer.alloc(0)).toString(encoding);

function attributesOf(octets: Buffer, number: number): Record<string, string | number | boolean> {
  const pairs = all(octets, number).map((pair) => {
    const [value] = fieldsOf(one(pair, 2) as Buffer);
    const read = {
      1: () => String(value!.value),
      2: () => value!.value === 1n,
      3: () => Number(value!.value),
      4: () => (value!.value as Buffer).readDoubleLE(),
    };
    return [text(pair, 1), read[value!.number as 1]()] as const;
  });
  return Object.fromEntries(pairs);
}

const readSpan = (span: Buffer): ReceivedSpan => ({
  traceId: text(span, 1, 'hex'),
  spanId: text(span, 2, 'hex'),
  parentSpanId: text(span, 4, 'hex'),
  name: text(span, 5),
  kind: Number(one(span, 6)),
  attributes: attributesOf(span, 9),
  isError: Number(one((one(span, 15) as Buffer) ?? Buffer.alloc(0), 3) ?? 0) === 2,
});

/** A collector on the loopback address that takes OTLP over HTTP, in Protocol Buffers, and keeps what it was sent. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const resource: Record<string, unknown> = {};
  const headers: Record<string, unknown>[] = [];
  const bodies: Buffer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url !== '/v1/traces' || request.method !== 'POST') return void response.writeHead(404).end();
      const body = Buffer.concat(chunks);
      bodies.push(body);
      headers.push(request.headers);
      for (const ofResource of all(body, 1)) {
        Object.assign(resource, attributesOf(one(ofResource, 1) as Buffer, 1));
        for (const ofScope of all(ofResource, 2)) spans.push(...all(ofScope, 2).map(readSpan));
      }
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    resource,
    headers,
    raw: () => Buffer.concat(bodies),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
