import type { EntryRecord } from '../../../smartsync-protocol/index.ts';

const mostEntries = 400;
const mostBytes = 384 * 1024;

/** Records on their way to the server: a batch leaves when it is full, and the next one only when that was taken. */
export class Batches {
  people = 0;
  groups = 0;
  readonly #send: (entries: EntryRecord[]) => Promise<void>;
  #batch: EntryRecord[] = [];
  #bytes = 0;

  constructor(send: (entries: EntryRecord[]) => Promise<void>) {
    this.#send = send;
  }

  async add(record: EntryRecord): Promise<void> {
    const bytes = Buffer.byteLength(JSON.stringify(record));
    if (this.#batch.length >= mostEntries || this.#bytes + bytes > mostBytes) await this.flush();
    this.#batch.push(record);
    this.#bytes += bytes;
    if (record.type === 'person') this.people++;
    if (record.type === 'group') this.groups++;
  }

  async flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    await this.#send(batch);
  }
}
