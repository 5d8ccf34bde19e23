/** Kinds of what a backup is made of, in this order: one head; of each table its beginning, rows and end; one foot. */
const kinds = ['head', 'table', 'rows', 'end', 'foot'] as const;
export type Frame = { kind: (typeof kinds)[number]; body: Buffer };

/** Of the store when the backup was taken. `jobsSchema`: the version of the queue's own tables. */
export type Head = { software: string; takenAt: string; migrations: string[]; jobsSchema: number; masterKeys: string[] };
export type TableHead = { name: string; columns: string[] };
/** `digest`: SHA-256 over the rows as PostgreSQL writes them. */
export type TableEnd = { rows: number; digest: string };
export type Foot = { tables: number; rows: number; sequences: { name: string; value: number }[] };

const headBytes = 5;
// PostgreSQL's own limit of one value
const mostBytes = 1024 ** 3;

export function encodeFrame(kind: Frame['kind'], content: Buffer | object): Buffer {
  const body = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  const head = Buffer.alloc(headBytes);
  head[0] = kinds.indexOf(kind);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** @throws Error for anything else: it was authenticated, so its writer had a bug, or was a later version */
export async function* decodeFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  let held: Buffer[] = [];
  let bytes = 0;
  let wanted = headBytes;
  for await (const chunk of source) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < wanted) continue;
    rest = Buffer.concat(held);
    for (;;) {
      wanted = headBytes;
      if (rest.length < wanted) break;
      const [kind, length] = [kinds[rest[0]!], rest.readUInt32BE(1)];
      if (!kind || length > mostBytes) throw new Error('the backup holds what this version does not know');
      wanted = headBytes + length;
      if (rest.length < wanted) break;
      yield { kind, body: rest.subarray(headBytes, wanted) };
      rest = rest.subarray(wanted);
    }
    held = [rest];
    bytes = rest.length;
  }
  if (bytes > 0) throw new Error('the backup ends within one of its parts');
}

export const readJson = <T>({ body }: Frame): T => JSON.parse(body.toString());
