import { type JournalPayload, MAX_PAYLOAD_BYTES } from '@tillward/contracts';
import type { DialogueFrame, StreamBreak } from '@tillward/driver';
import type { Clock } from '../clock.js';
import { type Journal, type JournalTransaction, JournalUnavailableError } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import { dueAgain, framesWithin, IDLE_FRAMES, type PlacedFrame, recordedAt, WORK_FRAMES } from './dialogue.rules.js';

/** Why a dialogue is journaled. */
export type CaptureCause = JournalPayload<'DialogueCaptured'>['cause'];

/** At most one entry of each cause in this time: a terminal that fails all day must not fill the journal. */
const SAID_EVERY_MS = 60_000;
/** Room for the frames in an entry, beside the rest of its payload. */
const MAX_FRAMES_BYTES = MAX_PAYLOAD_BYTES - 256;

interface EvidenceContext {
  clock: Clock;
  log: Log;
  journal: Journal;
}

/**
 * What a terminal and the gateway last said to each other, in memory, and the entries made of it. Frames of idle polls have a ring of their own, so that an hour
 * of polling leaves the last payment's frames where they are.
 */
export class TerminalEvidence {
  readonly #context: EvidenceContext;
  readonly #terminal: string;
  readonly #saidAt = new Map<CaptureCause | 'abandoned', number>();
  #work: PlacedFrame[] = [];
  #idle: PlacedFrame[] = [];
  #order = 0;
  #breaks = 0;
  #breaksSaid = 0;

  constructor(context: EvidenceContext, terminal: string) {
    this.#context = context;
    this.#terminal = terminal;
  }

  /** Keeps a frame; `idle`: it belongs to a poll. */
  record(frame: DialogueFrame, idle: boolean): void {
    const ring = idle ? this.#idle : this.#work;
    ring.push({ order: this.#order++, frame: recordedAt(frame, this.#context.clock.now()) });
    if (ring.length > (idle ? IDLE_FRAMES : WORK_FRAMES)) ring.shift();
  }

  /** True while nothing was said. */
  get empty(): boolean {
    return this.#work.length === 0 && this.#idle.length === 0;
  }

  /** Journals the dialogue because somebody asked for it; with none, nothing. */
  capture(tx: JournalTransaction): void {
    this.#append(tx, 'command');
  }

  /** Journals the dialogue as evidence, at most once a minute and cause. Must be called outside a transaction; a full disk is logged, not thrown. */
  keep(cause: Exclude<CaptureCause, 'command'>): void {
    if (!this.#due(cause)) return;
    this.#commit((tx) => this.#append(tx, cause));
  }

  /** Says that a connection was given up because its bytes made no sense, at most once a minute with the number of times since, and keeps the dialogue. */
  streamBroken({ code, offset }: StreamBreak): void {
    this.#breaks += 1;
    if (!this.#due('abandoned')) return;
    const fields = { terminal: this.#terminal, code, offset, breaks: this.#breaks };
    this.#context.log.warn(fields, 'what the terminal sent makes no sense, the connection was given up');
    const since = this.#breaks - this.#breaksSaid;
    const said = this.#commit((tx) => {
      tx.append('TerminalStreamAbandoned', this.#terminal, { code: code.slice(0, 40), offset, since });
      this.#append(tx, 'streamBroken');
    });
    if (said) this.#breaksSaid = this.#breaks;
  }

  #append(tx: JournalTransaction, cause: CaptureCause): void {
    const frames = framesWithin(this.#work, this.#idle, MAX_FRAMES_BYTES);
    if (frames.length > 0) tx.append('DialogueCaptured', this.#terminal, { cause, frames });
  }

  #due(what: CaptureCause | 'abandoned'): boolean {
    const now = this.#context.clock.now();
    if (!dueAgain(this.#saidAt.get(what) ?? null, now, SAID_EVERY_MS)) return false;
    this.#saidAt.set(what, now);
    return true;
  }

  /** False when nothing could be written. Evidence never stands in the way of what it is evidence of. */
  #commit(write: (tx: JournalTransaction) => void): boolean {
    try {
      this.#context.journal.commit(write);
      return true;
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      this.#context.log.warn({ terminal: this.#terminal, ...errorFields(error) }, 'evidence could not be recorded');
      return false;
    }
  }
}
