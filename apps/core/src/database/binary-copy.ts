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
/** Up to here a loop over ASCII characters is quicker than a call into the runtime's encoder. */
const SHORT_TEXT = 40;
/** The value of a hexadecimal digit by its character code. */
const NIBBLE = new Uint8Array(128);
for (let digit = 0; digit < 16; digit++) {
  const text = digit.toString(16);
  NIBBLE[text.charCodeAt(0)] = digit;
  NIBBLE[text.toUpperCase().charCodeAt(0)] = digit;
}

/**
 * Encodes rows for COPY … FROM STDIN (FORMAT binary). Writes straight into large buffers: an intermediate object per row would cost more than the row.
 * Call {@link row}, then one method per column in order; null is SQL NULL.
 */
export class BinaryCopy {
  readonly #chunks: Buffer[] = [];
  #buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #view = new DataView(this.#buffer.buffer);
  #length = HEADER.copy(this.#buffer);
  #day = '';
  #dayNumber = 0;
  rows = 0;

  constructor(private readonly columns: number) {}

  /** Begins a row whose texts together have `characters` UTF-16 code units. */
  row(characters: number): void {
    this.#ensure(2 + this.columns * FIXED_VALUE_BYTES + characters * 3);
    this.#view.setInt16(this.#length, this.columns);
    this.#length += 2;
    this.rows += 1;
  }

  text(value: string | null): void {
    if (value === null) return this.#null();
    const start = this.#length + 4;
    const bytes = value.length <= SHORT_TEXT ? this.#short(value, start) : this.#buffer.write(value, start, 'utf8');
    this.#view.setInt32(this.#length, bytes);
    this.#length = start + bytes;
  }

  integer(value: number | null): void {
    if (value === null) return this.#null();
    this.#view.setInt32(this.#length, 4);
    this.#view.setInt32(this.#length + 4, value);
    this.#length += 8;
  }

  bigint(value: number | null): void {
    if (value === null) return this.#null();
    this.#view.setInt32(this.#length, 8);
    this.#int64(value);
  }

  boolean(value: boolean): void {
    this.#view.setInt32(this.#length, 1);
    this.#buffer[this.#length + 4] = value ? 1 : 0;
    this.#length += 5;
  }

  /** timestamptz from milliseconds since the Unix epoch, any safe integer. */
  timestamp(epochMs: number | null): void {
    if (epochMs === null) return this.#null();
    this.#view.setInt32(this.#length, 8);
    const micros = (epochMs - POSTGRES_EPOCH_MS) * 1000;
    if (Number.isSafeInteger(micros)) return this.#int64(micros);
    this.#view.setBigInt64(this.#length + 4, BigInt(epochMs - POSTGRES_EPOCH_MS) * 1000n);
    this.#length += 12;
  }

  /** date from `YYYY-MM-DD`. */
  date(value: string): void {
    if (value !== this.#day) {
      this.#day = value;
      this.#dayNumber = (Date.parse(value) - POSTGRES_EPOCH_MS) / DAY_MS;
    }
    this.integer(this.#dayNumber);
  }

  /** uuid from its 36 characters. */
  uuid(value: string): void {
    this.#view.setInt32(this.#length, 16);
    let at = this.#length + 4;
    for (let i = 0; i < 36; i += 2) {
      if (i === 8 || i === 13 || i === 18 || i === 23) i += 1;
      this.#buffer[at++] = (NIBBLE[value.charCodeAt(i) & 127]! << 4) | NIBBLE[value.charCodeAt(i + 1) & 127]!;
    }
    this.#length = at;
  }

  /** bytea (or any fixed-size binary value) of `size` ≤ 32 bytes from hexadecimal. */
  bytes(hex: string, size: number): void {
    this.#view.setInt32(this.#length, size);
    this.#length += 4 + this.#buffer.write(hex, this.#length + 4, size, 'hex');
  }

  /** The whole input of the COPY; the encoder is used up afterwards. */
  finish(): Buffer[] {
    this.#ensure(TRAILER.length);
    const end = this.#length + TRAILER.copy(this.#buffer, this.#length);
    return [...this.#chunks, this.#buffer.subarray(0, end)];
  }

  #null(): void {
    this.#view.setInt32(this.#length, -1);
    this.#length += 4;
  }

  /** Writes after the four bytes of the length, which the caller has written. */
  #int64(value: number): void {
    const high = Math.floor(value / 0x1_0000_0000);
    this.#view.setInt32(this.#length + 4, high);
    this.#view.setUint32(this.#length + 8, value - high * 0x1_0000_0000);
    this.#length += 12;
  }

  #short(value: string, start: number): number {
    const buffer = this.#buffer;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) return buffer.write(value, start, 'utf8');
      buffer[start + i] = code;
    }
    return value.length;
  }

  #ensure(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    this.#chunks.push(this.#buffer.subarray(0, this.#length));
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, bytes));
    this.#view = new DataView(this.#buffer.buffer);
    this.#length = 0;
  }
}
