import { Attribute, Ber, BerWriter, Change, type Client, Control } from 'ldapts';

/** What one entry of an access list allows; `on` and `inherited` are a right's or a class's identifiers ([MS-ADTS] 5.1.3.2). */
export type Allowed = { sid: Buffer; mask: number; toChildren?: boolean; on?: string; inherited?: string };

export const right = { createChild: 0x1, deleteChild: 0x2, list: 0x4, read: 0x10, write: 0x20, extended: 0x100 };

const containerInherit = 0x2;
const inheritOnly = 0x8;

const part = { owner: 1, accessList: 4 };

/** Reads or writes one part of a security descriptor ([MS-ADTS] 3.1.1.3.4.1.11), of what is deleted too. */
const only = (flags: number): Control[] => [
  new (class extends Control {
    constructor() {
      super('1.2.840.113556.1.4.801', { critical: true });
    }
    protected override writeControl(writer: BerWriter): void {
      const value = new BerWriter();
      value.startSequence();
      value.writeInt(flags);
      value.endSequence();
      writer.writeBuffer(value.buffer, Ber.OctetString);
    }
  })(),
  new Control('1.2.840.113556.1.4.417', { critical: true }),
];

const type = 'nTSecurityDescriptor';
const replace = (descriptor: Buffer) => new Change({ operation: 'replace', modification: new Attribute({ type, values: [descriptor] }) });

/** Makes administrators the owner: before, not even they see who may do what with deleted objects. */
export async function takeOwnership(client: Client, dn: string): Promise<void> {
  const header = Buffer.alloc(20);
  header[0] = 1;
  header.writeUInt16LE(0x8000, 2);
  header.writeUInt32LE(header.length, 4);
  const administrators = Buffer.from('01020000000000052000000020020000', 'hex');
  await client.modify(dn, replace(Buffer.concat([header, administrators])), only(part.owner));
}

/** @returns an identifier as Active Directory keeps it: its first three parts begin with their last byte */
function guid(text: string): Buffer {
  const parts = text.split('-').map((part) => Buffer.from(part, 'hex'));
  return Buffer.concat([...parts.slice(0, 3).map((part) => part.reverse()), ...parts.slice(3)]);
}

/** @returns an entry that allows ([MS-DTYP] 2.4.4.2, and 2.4.4.3 for one of an object) */
function entry({ sid, mask, toChildren, on, inherited }: Allowed): Buffer {
  const isOfObject = on !== undefined || inherited !== undefined;
  const numbers = Buffer.alloc(isOfObject ? 12 : 8);
  numbers.writeUInt32LE(mask, 4);
  if (isOfObject) numbers.writeUInt32LE((on ? 1 : 0) | (inherited ? 2 : 0), 8);
  const body = Buffer.concat([numbers, on ? guid(on) : Buffer.alloc(0), inherited ? guid(inherited) : Buffer.alloc(0), sid]);
  body[0] = isOfObject ? 5 : 0;
  body[1] = (toChildren ? containerInherit : 0) | (inherited ? inheritOnly : 0);
  body.writeUInt16LE(body.length, 2);
  return body;
}

/** Adds to who may do what with the entry `dn`. */
export async function allow(client: Client, dn: string, allowed: Allowed[]): Promise<void> {
  const options = { scope: 'base' as const, attributes: [type], explicitBufferAttributes: [type] };
  const { searchEntries } = await client.search(dn, options, only(part.accessList));
  const descriptor = searchEntries[0]![type] as Buffer;
  const start = descriptor.readUInt32LE(16);
  const before = descriptor.subarray(0, start + descriptor.readUInt16LE(start + 2));
  const changed = Buffer.concat([before, ...allowed.map(entry)]);
  changed.writeUInt16LE(changed.length - start, start + 2);
  changed.writeUInt16LE(changed.readUInt16LE(start + 4) + allowed.length, start + 4);
  await client.modify(dn, replace(changed), only(part.accessList));
}
