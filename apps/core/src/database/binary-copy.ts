/** Signature, flags and header extension of COPY's binary format (PostgreSQL manual, COPY, "Binary Format"). */
const HEADER = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex');
/** Milliseconds from 1970 to 2000, where PostgreSQL's timestamps start. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const DAY_MS = 86_400_000;
const TRAILER = Buffer.from('ffff', 'hex');
/** Each chunk costs a message of the COPY and a write to the socket; larger ones fall out of the processor's cache. */
const CHUNK_BYTES = 64 * 1024;
/** Bytes of a value beside a text's own: four of length, at most 32 of contents. */
const FIXED_VALUE_BYTES = 36;

/**
 * Encodes rows for COPY … FROM STDIN (FORMAT binary). Writes straight into large buffers: an intermediate object per row would cost more than the row.
 * Call {@link row}, then one method per column in order; null is SQL NULL.
 */
export class BinaryCopy {
  readonly #chunks: Buffer[] = [];
  #buffer: Buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #length = 0;
  #day = '';
  #dayNumber = 0;
  rows = 0;

  constructor(private readonly columns: number) {}

  /** Begins a row whose texts together have `characters` UTF-16 code units. */
  row(characters: number): void {
    this.#ensure(2 + this.columns * FIXED_VALUE_BYTES + characters * 3);
    this.#length = this.#buffer.writeInt16BE(this.columns, this.#length);
    this.rows += 1;
  }

  text(value: string | null): void {
    if (value === null) return this.#null();
    const bytes = this.#buffer.write(value, this.#length + 4, 'utf8');
    this.#buffer.writeInt32BE(bytes, this.#length);
    this.#length += 4 + bytes;
  }

  integer(value: number | null): void {
    if (value === null) return this.#null();
    this.#length = this.#buffer.writeInt32BE(value, this.#buffer.writeInt32BE(4, this.#length));
  }

  bigint(value: number | null): void {
    if (value === null) return this.#null();
    this.#length = this.#int64(value, this.#buffer.writeInt32BE(8, this.#length));
  }

  boolean(value: boolean): void {
    this.#length = this.#buffer.writeUInt8(value ? 1 : 0, this.#buffer.writeInt32BE(1, this.#length));
  }

  /** timestamptz from milliseconds since the Unix epoch, any safe integer. */
  timestamp(epochMs: number | null): void {
    if (epochMs === null) return this.#null();
    const at = this.#buffer.writeInt32BE(8, this.#length);
    const micros = (epochMs - POSTGRES_EPOCH_MS) * 1000;
    const exact = Number.isSafeInteger(micros);
    this.#length = exact ? this.#int64(micros, at) : this.#buffer.writeBigInt64BE(BigInt(epochMs - POSTGRES_EPOCH_MS) * 1000n, at);
  }

  /** date from `YYYY-MM-DD`. */
  date(value: string): void {
    if (value !== this.#day) {
      this.#day = value;
      this.#dayNumber = (Date.parse(value) - POSTGRES_EPOCH_MS) / DAY_MS;
    }
    this.integer(this.#dayNumber);
  }

  uuid(value: string): void {
    this.bytes(value.replaceAll('-', ''), 16);
  }

  /** bytea (or any fixed-size binary value) of `size` ≤ 32 bytes from hexadecimal. */
  bytes(hex: string, size: number): void {
    const at = this.#buffer.writeInt32BE(size, this.#length);
    this.#length = at + this.#buffer.write(hex, at, size, 'hex');
  }

  /** The whole input of the COPY; the encoder is used up afterwards. */
  finish(): Buffer[] {
    return [HEADER, ...this.#chunks, this.#buffer.subarray(0, this.#length), TRAILER];
  }

  #null(): void {
    this.#length = this.#buffer.writeInt32BE(-1, this.#length);
  }

  #int64(value: number, at: number): number {
    const high = Math.floor(value / 0x1_0000_0000);
    this.#buffer.writeInt32BE(high, at);
    return this.#buffer.writeUInt32BE(value - high * 0x1_0000_0000, at + 4);
  }

  #ensure(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    this.#chunks.push(this.#buffer.subarray(0, this.#length));
    this.#buffer = Buffer.allocUnsafe(Math.max(CHUNK_BYTES, bytes));
    this.#length = 0;
  }
}
