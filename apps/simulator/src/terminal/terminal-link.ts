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

/**
 * How a terminal cuts what it writes into TCP segments: as it comes, every byte alone, everything that comes close together in one segment, or
 * any of these by chance.
 */
export const FRAGMENTATIONS = ['none', 'random', 'bytes', 'joined'] as const;
export type Fragmentation = (typeof FRAGMENTATIONS)[number];

/** How long a joining terminal waits for more to say before it writes. */
const JOIN_MS = 3;

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
  private readonly queue: Uint8Array[] = [];
  private outgoing: Promise<void> = Promise.resolve();
  private incoming: Promise<void> = Promise.resolve();
  /** While true, everything is said twice. */
  doubled = false;
  /** When true, the next frame ends in its middle, and the connection with it. */
  truncating = false;
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
    if (this.truncating) {
      this.truncating = false;
      this.enqueue(bytes.subarray(0, Math.ceil(bytes.length / 2)));
      this.hangUp();
      return;
    }
    this.enqueue(bytes);
    if (this.doubled) this.enqueue(bytes);
  }

  /** Sends a frame as master; resolves with the till's 80 or 84, throws LinkGone when none comes. A frame said twice is acknowledged twice. */
  async say(bytes: Uint8Array): Promise<Frame> {
    if (this.gone) throw new LinkGone();
    const { doubled } = this;
    const first = this.acknowledgement();
    this.answer(bytes);
    const answer = await first;
    if (!doubled || !answer) return this.required(answer);
    return this.required(await this.acknowledgement());
  }

  private acknowledgement(): Promise<Frame | null> {
    if (this.gone) return Promise.resolve(null);
    return new Promise((resolve) => {
      const limit = setTimeout(() => this.waiting?.(null), this.options.ackTimeoutMs);
      this.waiting = (frame) => {
        clearTimeout(limit);
        this.waiting = null;
        resolve(frame);
      };
    });
  }

  private required(frame: Frame | null): Frame {
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

  /** Closes the connection behind what was said so far. */
  private hangUp(): void {
    this.outgoing = this.outgoing.then(() => {
      this.socket.end();
      this.end();
    });
  }

  private end(): void {
    if (this.gone) return;
    this.gone = true;
    this.waiting?.(null);
    if (!this.socket.writableEnded) this.socket.destroy();
    else this.socket.destroySoon();
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

  private enqueue(bytes: Uint8Array): void {
    this.queue.push(bytes);
    this.outgoing = this.outgoing.then(() => this.drain());
  }

  /** Writes everything said by now, cut or joined as the habit is. */
  private async drain(): Promise<void> {
    if (this.queue.length === 0) return;
    const habit = this.habit();
    if (habit === 'joined') await new Promise((resolve) => setTimeout(resolve, JOIN_MS));
    const bytes = habit === 'joined' ? Buffer.concat(this.queue.splice(0)) : this.queue.shift()!;
    for (const piece of this.pieces(bytes, habit)) {
      if (this.gone) return;
      this.socket.write(piece);
      // Gives the segment time to leave alone; without it the kernel would join what was cut.
      if (habit !== 'none') await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private habit(): Fragmentation {
    const { fragmentation, random } = this.options;
    return fragmentation === 'random' ? random.pick(['random', 'random', 'joined', 'none'] as const) : fragmentation;
  }

  private pieces(bytes: Uint8Array, habit: Fragmentation): Uint8Array[] {
    if (habit === 'bytes') return Array.from(bytes, (byte) => Uint8Array.of(byte));
    if (habit !== 'random' || bytes.length < 2) return [bytes];
    const cut = this.options.random.integer(1, bytes.length - 1);
    return [bytes.subarray(0, cut), bytes.subarray(cut)];
  }
}
