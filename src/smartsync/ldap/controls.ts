import { Ber, type BerReader, BerWriter, Control } from 'ldapts';
import { uuidOf } from './ids.ts';

/** Deleted entries too ([MS-ADTS] LDAP_SERVER_SHOW_DELETED_OID). */
export class ShowDeleted extends Control {
  constructor() {
    super('1.2.840.113556.1.4.417', { critical: true });
  }
}

/** A control whose value is one BER element. */
abstract class ValueControl extends Control {
  protected abstract encode(value: BerWriter): void;

  protected override writeControl(writer: BerWriter): void {
    const value = new BerWriter();
    value.startSequence();
    this.encode(value);
    value.endSequence();
    writer.writeBuffer(value.buffer, Ber.OctetString);
  }
}

/** RFC 2696. The answer's is read by ldapts (connection.ts). */
export class Page extends ValueControl {
  readonly size: number;
  readonly cookie: Buffer;

  constructor(size: number, cookie: Buffer) {
    super('1.2.840.113556.1.4.319', { critical: true });
    this.size = size;
    this.cookie = cookie;
  }

  protected encode(value: BerWriter): void {
    value.writeInt(this.size);
    value.writeBuffer(this.cookie, Ber.OctetString);
  }
}

/** Distinguished names as `<GUID=…>;<SID=…>;CN=…`, in text ([MS-ADTS] LDAP_SERVER_EXTENDED_DN_OID). */
export class ExtendedDn extends ValueControl {
  constructor() {
    super('1.2.840.113556.1.4.529', { critical: true });
  }

  protected encode(value: BerWriter): void {
    value.writeInt(1);
  }
}

const dirSyncBytes = 1024 * 1024;

/** What changed since a cookie ([MS-ADTS] LDAP_SERVER_DIRSYNC_OID). The answer fills `hasMore` and `next`. */
export class DirSync extends ValueControl {
  readonly cookie: Buffer;
  hasMore = false;
  next: Buffer;

  constructor(cookie: Buffer) {
    super('1.2.840.113556.1.4.841', { critical: true });
    this.cookie = cookie;
    this.next = cookie;
  }

  protected encode(value: BerWriter): void {
    value.writeInt(0);
    value.writeInt(dirSyncBytes);
    value.writeBuffer(this.cookie, Ber.OctetString);
  }

  protected override parseControl(reader: BerReader): void {
    if (!reader.readSequence()) return;
    this.hasMore = reader.readInt() !== 0;
    reader.readInt();
    this.next = Buffer.from(reader.readString(Ber.OctetString, true) ?? this.cookie);
  }
}

const passwordErrors = [
  'passwordExpired',
  'accountLocked',
  'changeAfterReset',
  'passwordModNotAllowed',
  'mustSupplyOldPassword',
  'insufficientPasswordQuality',
  'passwordTooShort',
  'passwordTooYoung',
  'passwordInHistory',
] as const;
export type PasswordError = (typeof passwordErrors)[number];

/** What the policy says of a password (draft-behera-ldap-password-policy-10 §6). */
export class PasswordPolicy extends Control {
  static readonly type = '1.3.6.1.4.1.42.2.27.8.5.1';
  error?: PasswordError;

  constructor() {
    super(PasswordPolicy.type);
  }

  protected override parseControl(reader: BerReader): void {
    if (!reader.readSequence()) return;
    for (const end = reader.offset + reader.length; reader.offset < end; ) {
      const tag = reader.peek()!;
      const [value] = reader.readString(tag, true)!;
      if (tag === 0x81) this.error = passwordErrors[value!];
    }
  }
}

/** Asks for a refresh only (RFC 4533 §2.2). */
export class SyncRequest extends ValueControl {
  static readonly type = '1.3.6.1.4.1.4203.1.9.1.1';
  readonly cookie: Buffer;

  constructor(cookie: Buffer) {
    super(SyncRequest.type, { critical: true });
    this.cookie = cookie;
  }

  protected encode(value: BerWriter): void {
    value.writeEnumeration(1);
    value.writeBuffer(this.cookie, Ber.OctetString);
  }
}

/** Never sent: ldapts hands the value of a response control to the one of the request with its type. */
abstract class ResponseControl extends Control {
  override write(): void {}
}

const syncStates = ['present', 'add', 'modify', 'delete'] as const;

/** RFC 4533 §2.3: with each entry. */
export class SyncState extends ResponseControl {
  readonly onState: (state: (typeof syncStates)[number], id: string) => void;

  constructor(onState: SyncState['onState']) {
    super('1.3.6.1.4.1.4203.1.9.1.2');
    this.onState = onState;
  }

  protected override parseControl(reader: BerReader): void {
    reader.readSequence();
    const state = syncStates[reader.readEnumeration() ?? 0]!;
    this.onState(state, uuidOf(reader.readString(Ber.OctetString, true)!));
  }
}

/** RFC 4533 §2.4: at the end. */
export class SyncDone extends ResponseControl {
  cookie?: string;
  /** Everything that is gone was named, and nothing is by not being named. */
  refreshDeletes = false;

  constructor() {
    super('1.3.6.1.4.1.4203.1.9.1.3');
  }

  protected override parseControl(reader: BerReader): void {
    reader.readSequence();
    if (reader.peek() === Ber.OctetString) this.cookie = reader.readString() ?? undefined;
    if (reader.peek() === Ber.Boolean) this.refreshDeletes = reader.readBoolean() ?? false;
  }
}
