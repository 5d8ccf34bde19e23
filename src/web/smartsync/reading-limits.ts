import type { EntryRecord } from '../../smartsync-protocol/index.ts';

/** What an agent may say in one reading: what is more would fill the database. */
export const mostOfReading = { entries: 1_000_000, bytes: 1024 ** 3 };

const bytesOfRow = 100;

/** What the entries of a batch of so many bytes take in the database, with what PostgreSQL keeps of each row. */
export const weigh = (entries: EntryRecord[], bytes: number): number =>
  bytes + bytesOfRow * entries.reduce((rows, entry) => rows + (entry.type === 'members' ? entry.members.length : 1), 0);
