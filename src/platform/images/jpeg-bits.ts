/** Codes of up to 16 bits: for each 16 bits that may come next, the length of the code they begin with, and its symbol. */
export type Codes = Uint16Array;

/** @param counts how many codes there are of each length, from 1 to 16 (ITU-T T.81 C.2). @throws Error when they are more than there can be */
export function readCodes(counts: Uint8Array, symbols: Uint8Array): Codes {
  const codes = new Uint16Array(65_536);
  let next = 0;
  let at = 0;
  for (let length = 1; length <= 16; length++)
    for (let i = 0; i < counts[length - 1]!; i++) {
      const end = next + (1 << (16 - length));
      if (end > 65_536 || at >= symbols.length) throw new Error('codes');
      codes.fill((length << 8) | symbols[at++]!, next, end);
      next = end;
    }
  return codes;
}

/** Reads the coded data of one scan (T.81 F.2.2). */
export class BitReader {
  #file: Uint8Array;
  #at: number;
  #bits = 0;
  #count = 0;
  #missing = 0;

  constructor(file: Uint8Array, at: number) {
    this.#file = file;
    this.#at = at;
  }

  /** Up to 16 bits. @throws Error past the end of the data */
  #fill(): void {
    while (this.#count <= 16) {
      const byte = this.#file[this.#at]!;
      if (byte !== 0xff) this.#at++;
      else if (this.#file[this.#at + 1] === 0) this.#at += 2;
      else if (++this.#missing > 4) throw new Error('data end early');
      this.#bits = ((this.#bits << 8) | (this.#missing > 0 ? 0 : byte)) & 0xffffff;
      this.#count += 8;
    }
  }

  symbol(codes: Codes): number {
    this.#fill();
    const found = codes[(this.#bits >> (this.#count - 16)) & 0xffff]!;
    if (found === 0) throw new Error('no such code');
    this.#count -= found >> 8;
    return found & 0xff;
  }

  skip(length: number): void {
    this.#fill();
    this.#count -= length;
  }

  /** A difference of so many bits (T.81 F.2.2.1). */
  difference(length: number): number {
    if (length === 0) return 0;
    if (length > 15) throw new Error('difference');
    this.#fill();
    this.#count -= length;
    const bits = (this.#bits >> this.#count) & ((1 << length) - 1);
    return bits < 1 << (length - 1) ? bits - (1 << length) + 1 : bits;
  }

  /** After an interval of blocks (T.81 E.1.4). @throws Error when none ends here */
  restart(): void {
    this.#bits = this.#count = this.#missing = 0;
    if (this.#file[this.#at] !== 0xff || (this.#file[this.#at + 1]! & 0xf8) !== 0xd0) throw new Error('no restart');
    this.#at += 2;
  }
}

/** Where a marker follows: in coded data (T.81 F.1.2.3) an FF is followed by 00 or a restart. */
export function endOfCoded(file: Buffer, from: number): number {
  let at = file.indexOf(0xff, from);
  while (at >= 0 && (file[at + 1] === 0x00 || (file[at + 1]! & 0xf8) === 0xd0)) at = file.indexOf(0xff, at + 2);
  return at < 0 ? file.length : at;
}
