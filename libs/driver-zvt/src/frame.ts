/** Largest data part a frame can announce (extended length, two bytes). */
const PROTOCOL_MAX_DATA = 0xffff;
/** Default limit on the data part: far above anything a terminal of the subset sends, far below what could hurt the gateway. */
export const DEFAULT_MAX_DATA_BYTES = 16_384;

/** Control classes that exist in ZVT (chapter "Summary of commands"). Any other first byte means that the stream is out of step. */
const CLASSES: ReadonlySet<number> = new Set([0x04, 0x05, 0x06, 0x08, 0x0f, 0x80, 0x84]);

/** One APDU: control field (class in the high byte, instruction in the low byte) and its data. */
export interface Frame {
  readonly control: number;
  readonly data: Uint8Array;
}

/**
 * Why a byte stream stopped making sense. TCP has no frame marks, so nothing after it can be trusted: close the link.
 * `unknownClass`: the first byte of a frame is no ZVT class; `tooLong`: the announced length is above the limit.
 */
export type FrameErrorCode = 'unknownClass' | 'tooLong';

/** A broken stream. `offset` counts bytes from the start of the stream (or the last `reset`). Holds no content of the stream. */
export class FrameError extends Error {
  constructor(
    readonly code: FrameErrorCode,
    readonly offset: number,
  ) {
    super(`ZVT stream broken at byte ${offset}: ${code}`);
    this.name = 'FrameError';
  }
}

/**
 * Bytes of an APDU: control field, length, data. Lengths of 255 and more take the extended form `FF` low high (spec 13.08, "APDU
 * structure"). Throws RangeError for data beyond 65,535 bytes: a bug of the caller.
 */
export function encodeFrame(control: number, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  if (data.length > PROTOCOL_MAX_DATA) throw new RangeError(`an APDU holds at most ${PROTOCOL_MAX_DATA} bytes, not ${data.length}`);
  const extended = data.length >= 0xff;
  const bytes = new Uint8Array(data.length + (extended ? 5 : 3));
  bytes[0] = control >> 8;
  bytes[1] = control & 0xff;
  bytes[2] = extended ? 0xff : data.length;
  if (extended) {
    bytes[3] = data.length & 0xff;
    bytes[4] = data.length >> 8;
  }
  bytes.set(data, extended ? 5 : 3);
  return bytes;
}

/** What one chunk of bytes completed. Frames before an error are good; after an error the parser takes nothing until `reset`. */
export interface Parsed {
  readonly frames: Frame[];
  readonly error: FrameError | null;
}

const NOTHING = new Uint8Array(0);

/** Cuts a TCP stream into frames, however it was split or joined on the way. Keeps at most one unfinished frame. */
export class FrameParser {
  private pending: Uint8Array = NOTHING;
  private consumed = 0;
  private broken: FrameError | null = null;

  constructor(private readonly maxDataBytes = DEFAULT_MAX_DATA_BYTES) {}

  /** Bytes held of a frame that hasn't ended yet. */
  get pendingBytes(): number {
    return this.pending.length;
  }

  /** Bytes of the stream (since the last `reset`) up to the end of the last complete frame. */
  get consumedBytes(): number {
    return this.consumed;
  }

  /** Takes the next bytes and returns the frames they completed. The frames share the chunk's memory: it must not be reused. */
  push(chunk: Uint8Array): Parsed {
    const frames: Frame[] = [];
    if (this.broken) return { frames, error: this.broken };
    const bytes = this.pending.length === 0 ? chunk : concat(this.pending, chunk);
    let at = 0;
    for (;;) {
      const size = this.sizeAt(bytes, at);
      if (size instanceof FrameError) {
        this.broken = size;
        this.pending = NOTHING;
        return { frames, error: size };
      }
      if (size === null || at + size.header + size.data > bytes.length) break;
      const start = at + size.header;
      frames.push({ control: (bytes[at]! << 8) | bytes[at + 1]!, data: bytes.subarray(start, start + size.data) });
      at = start + size.data;
      this.consumed += size.header + size.data;
    }
    this.pending = at === bytes.length ? NOTHING : bytes.slice(at);
    return { frames, error: null };
  }

  /** Forgets everything: for a new connection. */
  reset(): void {
    this.pending = NOTHING;
    this.consumed = 0;
    this.broken = null;
  }

  private sizeAt(bytes: Uint8Array, at: number): { header: number; data: number } | FrameError | null {
    const first = bytes[at];
    if (first === undefined) return null;
    if (!CLASSES.has(first)) return new FrameError('unknownClass', this.consumed);
    const short = bytes[at + 2];
    if (short === undefined) return null;
    let size = { header: 3, data: short };
    if (short === 0xff) {
      const low = bytes[at + 3];
      const high = bytes[at + 4];
      if (low === undefined || high === undefined) return null;
      size = { header: 5, data: (high << 8) | low };
    }
    return size.data > this.maxDataBytes ? new FrameError('tooLong', this.consumed + 2) : size;
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
