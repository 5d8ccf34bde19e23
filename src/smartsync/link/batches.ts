import { type EntryRecord, mostMessageBytes } from '../../smartsync-protocol/index.ts';

const mostEntries = 500;
/** What the message around them may take. */
const mostBytes = mostMessageBytes - 4096;
const mostUnderWay = 2;

const sizeOf = (entry: EntryRecord): number => Buffer.byteLength(JSON.stringify(entry)) + 1;

/** Records that fit into a message each: members in more parts, and what is larger by itself named as unusable. */
function fitting(entry: EntryRecord): EntryRecord[] {
  if (sizeOf(entry) <= mostBytes) return [entry];
  if (entry.type === 'members') {
    const half = Math.ceil(entry.members.length / 2);
    const parts = [entry.members.slice(0, half), entry.members.slice(half)];
    return parts.flatMap((members, n) => fitting({ ...entry, members, isFirst: entry.isFirst && n === 0 }));
  }
  return 'dn' in entry ? [{ type: 'unusable', dn: entry.dn, reason: 'unreadable' }] : [];
}

/** Entries in order, in parts that a message can carry. */
export function partsOf(entries: EntryRecord[]): EntryRecord[][] {
  const parts: EntryRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries.flatMap(fitting)) {
    const size = sizeOf(entry);
    if (bytes + size > mostBytes || parts.at(-1)!.length === mostEntries) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(entry);
    bytes += size;
  }
  return parts;
}

type Batch = { sequence: number; entries: EntryRecord[] };

/** The batches of one request: numbered without gaps, and at most two on their way, so that a slow server holds up the reading and nothing grows here. */
export class Batches {
  #sequence = 0;
  #taken = 0;
  #waiting: (() => void)[] = [];
  readonly #send: (batch: Batch) => void;
  readonly #signal: AbortSignal;

  constructor(send: (batch: Batch) => void, signal: AbortSignal) {
    this.#send = send;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  /** Resolves when the next may be given. @throws the signal's reason when nobody waits any more */
  async send(entries: EntryRecord[]): Promise<void> {
    for (const part of partsOf(entries)) {
      this.#send({ sequence: this.#sequence++, entries: part });
      await this.#until(mostUnderWay - 1);
    }
  }

  /** Resolves when all were taken: only then the answer may follow. */
  finish(): Promise<void> {
    return this.#until(0);
  }

  /** @param sequence of the batch that was taken; a server takes them in their order */
  taken(sequence: number): void {
    if (sequence >= this.#sequence) return;
    this.#taken = Math.max(this.#taken, sequence + 1);
    this.#wake();
  }

  async #until(underWay: number): Promise<void> {
    this.#signal.throwIfAborted();
    while (this.#sequence - this.#taken > underWay) {
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
      this.#signal.throwIfAborted();
    }
  }

  #wake(): void {
    for (const go of this.#waiting.splice(0)) go();
  }
}
