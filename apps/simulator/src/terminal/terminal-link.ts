import type { Socket } from 'node:net';
import { type Frame, type FrameErrorCode, FrameParser, REPLY } from '@tillward/driver-zvt';
import type { SeededRandom } from '../seeded-random.js';

/** The till is gone, or didn't acknowledge in time: nothing more can be said on this link. */
export class LinkGone extends Error {
  constructor() {
    super('the till is gone');
    this.name = 'LinkGone';
  }
}

/** How a terminal cuts what it writes into TCP segments. */
export type Fragmentation = 'none' | 'random' | 'bytes';

/** Limits and habits of a link. */
export interface LinkOptions {
  readonly ackTimeoutMs: number;
  readonly fragmentation: Fragmentation;
  readonly random: SeededRandom;
  readonly onCommand: (frame: Frame) => void;
  /** The till's bytes made no sense; the link is cut next. */
  readonly onBroken: (code: FrameErrorCode, offset: number) => void;
  readonly onGone: () => void;
}

/**
 * The terminal's end of one TCP connection. As master it says one frame at a time and waits for 80 00 00 (or 84) before the next, and while
 * it waits nothing else is taken. Bytes leave in order, however they are cut.
 */
export class TerminalLink {
  private readonly parser = new FrameParser();
  private waiting: ((frame: Frame | null) => void) | null = null;
  private outgoing: Promise<void> = Promise.resolve();
  private incoming: Promise<void> = Promise.resolve();
  gone = false;

  constructor(
    private readonly socket: Socket,
    private readonly options: LinkOptions,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.received(bytes));
    // The till dropped the connection hard; 'close' follows and says all there is to say.
    socket.on('error', () => this.end());
    socket.on('close', () => this.end());
  }

  /** Sends without waiting for an acknowledgement: for answers to commands (80, 84). */
  answer(bytes: Uint8Array): void {
    if (this.gone) return;
    for (const piece of this.pieces(bytes)) this.enqueue(piece);
  }

  /** Sends a frame as master; resolves with the till's 80 or 84, throws LinkGone when none comes. */
  async say(bytes: Uint8Array): Promise<Frame> {
    if (this.gone) throw new LinkGone();
    const answered = new Promise<Frame | null>((resolve) => {
      const limit = setTimeout(() => this.waiting?.(null), this.options.ackTimeoutMs);
      this.waiting = (frame) => {
        clearTimeout(limit);
        this.waiting = null;
        resolve(frame);
      };
    });
    this.answer(bytes);
    const frame = await answered;
    if (frame) return frame;
    this.destroy();
    throw new LinkGone();
  }

  /** Resolves when everything said so far was handed to the operating system. */
  flushed(): Promise<void> {
    return this.outgoing;
  }

  /** Cuts the connection off hard. */
  destroy(): void {
    this.socket.resetAndDestroy();
    this.end();
  }

  private end(): void {
    if (this.gone) return;
    this.gone = true;
    this.waiting?.(null);
    this.socket.destroy();
    this.options.onGone();
  }

  private received(bytes: Uint8Array): void {
    const { frames, error } = this.parser.push(bytes);
    for (const frame of frames) {
      this.incoming = this.incoming.then(() => this.handle(frame));
    }
    if (!error || this.gone) return;
    this.options.onBroken(error.code, error.offset);
    this.destroy();
  }

  /** An acknowledgement may end the command it belongs to: that has to be over before a next command in the same segment is looked at. */
  private async handle(frame: Frame): Promise<void> {
    if (this.gone) return;
    const isAnswer = frame.control === REPLY.acknowledgement || frame.control >> 8 === 0x84;
    if (!isAnswer) {
      this.options.onCommand(frame);
      return;
    }
    this.waiting?.(frame);
    await new Promise((resolve) => setImmediate(resolve));
  }

  private pieces(bytes: Uint8Array): Uint8Array[] {
    const { fragmentation, random } = this.options;
    if (fragmentation === 'none' || bytes.length < 2) return [bytes];
    if (fragmentation === 'bytes') return Array.from(bytes, (byte) => Uint8Array.of(byte));
    const cut = random.integer(0, bytes.length - 1);
    return cut === 0 ? [bytes] : [bytes.subarray(0, cut), bytes.subarray(cut)];
  }

  private enqueue(piece: Uint8Array): void {
    const cut = this.options.fragmentation !== 'none';
    this.outgoing = this.outgoing.then(async () => {
      if (this.gone) return;
      this.socket.write(piece);
      // Gives the segment time to leave alone; without it the kernel would join what was cut.
      if (cut) await new Promise((resolve) => setImmediate(resolve));
    });
  }
}
