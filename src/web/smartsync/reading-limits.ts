import type { EntryRecord } from '../../smartsync-protocol/index.ts';

/** What the agents of a directory may say in one reading: what is more would fill the database. */
export const mostOfReading = { entries: 1_000_000, bytes: 1024 ** 3 };

const bytesOfRow = 100;

/** What the entries of a batch of so many bytes take in the database, with what PostgreSQL keeps of each row. */
const weigh = (entries: EntryRecord[], bytes: number): number =>
  bytes + bytesOfRow * entries.reduce((rows, entry) => rows + (entry.type === 'members' ? entry.members.length : 1), 0);

/** What was said of the reading of a directory that is under way, by whichever of its agents and over whichever connection: there is one at a time. */
export class ReadingCount {
  #requestId: string | undefined;
  #entries = 0;
  #bytes = 0;

  /** @returns false when it is too much */
  add(requestId: string, entries: EntryRecord[], bytes: number): boolean {
    if (requestId !== this.#requestId) this.#begin(requestId);
    this.#entries += entries.length;
    this.#bytes += weigh(entries, bytes);
    return this.#entries <= mostOfReading.entries && this.#bytes <= mostOfReading.bytes;
  }

  #begin(requestId: string): void {
    this.#requestId = requestId;
    this.#entries = 0;
    this.#bytes = 0;
  }
}
