/** Why a direction can't be read any further: where a frame ends is not known any more. */
export type FramingBreakCode =
  /** The line is encrypted (it begins like a TLS record): nothing on it can be observed. */
  | 'encrypted'
  /** The length says more than the limit. */
  | 'frameTooLong';

/** The stream can't be cut into frames from here on; `offset` counts bytes of this direction since the connection began. */
export interface FramingBreak {
  readonly code: FramingBreakCode;
  readonly offset: number;
}

/** Takes one complete frame, length included, that lies in `bytes` from `start` to `end` only for the time of the call; `offset` is that of its first byte. */
export type FrameSink = (bytes: Uint8Array, start: number, end: number, offset: number) => void;

const LENGTH_BYTES = 2;
/** Content type "handshake" and the first byte of the version of every TLS record (RFC 8446, 5.1). */
const TLS_HANDSHAKE = 0x16;
const TLS_VERSION = 0x03;

/**
 * Cuts one direction into frames however TCP has cut them. Whole frames are shown where they lie; only a frame that is split is copied, and its copy is
 * overwritten once shown. Holds at most one frame of the longest allowed length. After a break it holds nothing and takes nothing more.
 */
export class FrameReader {
  private held: Uint8Array | null = null;
  private heldBytes = 0;
  /** Bytes of the stream before the frame that is being read. */
  private passed = 0;
  private broken = false;
  private complete = 0;

  constructor(
    private readonly maxFrameBytes: number,
    private readonly onFrame: FrameSink,
  ) {}

  /** Complete frames so far. */
  get frames(): number {
    return this.complete;
  }

  /** Whether it gave up on the stream. */
  get blind(): boolean {
    return this.broken;
  }

  /** Reads the next bytes of the stream. Returns the break where reading ends, once; else null. */
  push(chunk: Uint8Array): FramingBreak | null {
    let at = 0;
    while (at < chunk.length && !this.broken) {
      if (this.heldBytes === 0 && chunk.length - at >= LENGTH_BYTES) {
        const length = frameLength(chunk, at);
        if (length > this.maxFrameBytes) return this.giveUp(chunk, at);
        if (length <= chunk.length - at) {
          this.show(chunk, at, at + length);
          at += length;
          continue;
        }
      }
      at += this.hold(chunk, at);
      if (this.held === null || this.heldBytes < LENGTH_BYTES) continue;
      const length = frameLength(this.held, 0);
      if (length > this.maxFrameBytes) return this.giveUp(this.held, 0);
      if (length === this.heldBytes) {
        this.show(this.held, 0, length);
        this.forget();
      }
    }
    return null;
  }

  /** Overwrites what is held; for the end of the stream. */
  forget(): void {
    this.held?.fill(0, 0, this.heldBytes);
    this.heldBytes = 0;
  }

  private show(bytes: Uint8Array, start: number, end: number): void {
    this.complete += 1;
    // A length of nothing is a sign of life between messages.
    if (end - start > LENGTH_BYTES) this.onFrame(bytes, start, end, this.passed);
    this.passed += end - start;
  }

  /** Copies the next part of a split frame: first its length, then up to its end. Says how many bytes it took. */
  private hold(chunk: Uint8Array, at: number): number {
    this.held ??= new Uint8Array(this.maxFrameBytes);
    const wanted = this.heldBytes < LENGTH_BYTES ? LENGTH_BYTES : frameLength(this.held, 0);
    const taken = Math.min(wanted - this.heldBytes, chunk.length - at);
    this.held.set(chunk.subarray(at, at + taken), this.heldBytes);
    this.heldBytes += taken;
    return taken;
  }

  private giveUp(bytes: Uint8Array, at: number): FramingBreak {
    const encrypted = this.passed === 0 && bytes[at] === TLS_HANDSHAKE && bytes[at + 1] === TLS_VERSION;
    this.broken = true;
    this.forget();
    this.held = null;
    return { code: encrypted ? 'encrypted' : 'frameTooLong', offset: this.passed };
  }
}

function frameLength(bytes: Uint8Array, at: number): number {
  return LENGTH_BYTES + ((bytes[at]! << 8) | bytes[at + 1]!);
}
