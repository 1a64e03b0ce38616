import type { KeyObject } from 'node:crypto';
import {
  EVENT_TYPE,
  gatewaySource,
  type JournalAckBody,
  type JournalBatchData,
  type JournalBatchEvent,
  journalAckBody,
  journalResendBody,
  MAX_BATCH_ENTRIES,
} from '@tillward/contracts';
import { signHead } from '@tillward/journal';
import type { Clock } from '../clock.js';
import { type Journal, type JournalSegment, type JournalSlice, JournalUnavailableError } from '../journal/index.js';
import { openSigned, type TrustedCore } from '../link/index.js';
import { errorFields, type Log } from '../log.js';
import { SentTimes } from './sent-times.js';
import {
  ackTimeoutMs,
  afterAck,
  afterContradiction,
  afterResend,
  afterSend,
  afterSilence,
  freshWindow,
  nextBatch,
  type UploadWindow,
  type WindowLimits,
} from './upload.rules.js';

const LIMITS: WindowLimits = { batches: 8, entries: MAX_BATCH_ENTRIES };
/** How long entries are gathered before they leave. */
const LINGER_MS = 5;
/** Payload bytes of one batch: keeps a message of long receipts below brokers' packet limits. */
const BATCH_BYTES = 192 * 1024;
/** The acknowledged position is written at most this often; losing it costs a repeated upload. */
const SAVE_ACK_MS = 200;
/** Several batches behind one gap make core ask several times for the same range. */
const SAME_RESEND_MS = 1_000;
/** Unanswered sendings of an earlier epoch after which the present one no longer waits for it. */
const SEGMENT_PATIENCE = 3;
/** How often a gateway that core refuses asks again: a person has to decide first. */
const REFUSED_AGAIN_MS = 60_000;
/** A request for what is no longer kept is believed only while it is new: acted on, it ends an epoch. */
const NEW_REQUEST_MS = 60_000;

/** How a batch leaves: at once, without any promise of arrival. */
export interface UploadLink {
  readonly connected: boolean;
  publish(channel: 'journal', text: string): void;
}

export interface UploaderOptions {
  store: string;
  gateway: string;
  gatewayKey: KeyObject;
  coreKey: TrustedCore;
}

/** Told whenever core has proven that it is there now: its clock, read between the two moments (monotonic); `at` undefined from a core that doesn't say. */
export type CoreHeardListener = (at: number | undefined, sentAt: number, receivedAt: number) => void;

interface UploaderContext {
  clock: Clock;
  log: Log;
}

interface Waiter {
  seq: number;
  resolve: (acked: boolean) => void;
}

/**
 * Carries the journal to core through a window driven from SQLite. An entry is released only by core's signed `ackedThrough` for this store,
 * gateway and epoch; a PUBACK means nothing here. Sends again after a reconnect, on request, and when acknowledgements stay away. What core refuses because it
 * holds another journal leads to a new epoch (U4), what another machine wrote in this one's place to silence until a person decided (U5).
 */
export class Uploader {
  readonly #context: UploaderContext;
  readonly #journal: Journal;
  readonly #link: UploadLink;
  readonly #options: UploaderOptions;
  readonly #sentTimes: SentTimes;
  readonly #coreHeard = new Set<CoreHeardListener>();
  #window: UploadWindow;
  /** An earlier epoch comes first; only one batch of it is on its way. */
  #segment: JournalSegment | undefined;
  #segmentSilences = 0;
  #waiters: Waiter[] = [];
  #cancelSend: (() => void) | undefined;
  #cancelTimeout: (() => void) | undefined;
  #cancelSave: (() => void) | undefined;
  #lastResend = { fromSeq: 0, at: 0 };
  #cloned = false;
  #stopped = false;

  constructor(context: UploaderContext, journal: Journal, link: UploadLink, options: UploaderOptions) {
    this.#context = context;
    this.#journal = journal;
    this.#link = link;
    this.#options = options;
    this.#window = freshWindow(journal.ackedThrough);
    this.#segment = journal.segment;
    this.#sentTimes = new SentTimes(journal.headAtStart);
    journal.onAppended(() => this.#sendSoon(LINGER_MS));
  }

  /** Why core takes nothing of this journal, in a word; null when it does, or hasn't been asked yet. */
  get refused(): 'cloned' | null {
    return this.#cloned ? 'cloned' : null;
  }

  /** Calls `listener` whenever core has proven to be there. */
  onCoreHeard(listener: CoreHeardListener): void {
    this.#coreHeard.add(listener);
  }

  /** To be called on every gain and loss of the connection. */
  connectionChanged(connected: boolean): void {
    this.#startOver();
    if (connected) this.#send();
  }

  /** Takes a `journal/ack` message. Anything but core's word about this gateway and this journal is dropped. */
  receiveAck(event: unknown): void {
    const opened = openSigned(EVENT_TYPE.journalAck, event, journalAckBody, this.#options.coreKey);
    if (!opened.ok) return this.#dropped('journal/ack', opened.reason);
    if (!this.#concernsUs(opened.body)) return this.#dropped('journal/ack', 'another gateway');
    this.#safely(() => this.#takeAck(opened.body));
  }

  /** Takes a `journal/resend` message: core saw a gap, or was restored to an earlier state. */
  receiveResend(event: unknown): void {
    const opened = openSigned(EVENT_TYPE.journalResend, event, journalResendBody, this.#options.coreKey);
    if (!opened.ok) return this.#dropped('journal/resend', opened.reason);
    if (!this.#concernsUs(opened.body) || opened.body.epoch !== this.#journal.epoch)
      return this.#dropped('journal/resend', 'another gateway');
    const { fromSeq, throughSeq, at } = opened.body;
    const now = this.#context.clock.monotonic();
    if (fromSeq === this.#lastResend.fromSeq && now - this.#lastResend.at < SAME_RESEND_MS) return;
    this.#lastResend = { fromSeq, at: now };
    if (fromSeq < this.#journal.firstKeptSeq) return this.#safely(() => this.#askedForTheForgotten(fromSeq, at));
    this.#context.log.info({ fromSeq, throughSeq }, 'sending again on request');
    this.#window = afterResend(this.#window, fromSeq);
    this.#send();
  }

  /** Core has said something, so it is back: don't wait out a silence. */
  nudge(): void {
    if (this.#window.silences === 0 || this.#cloned) return;
    this.#startOver();
    this.#send();
  }

  /** Resolves true when core has acknowledged entry `seq`, false when `signal` aborts first. */
  waitForAck(seq: number, signal: AbortSignal): Promise<boolean> {
    if (this.#journal.ackedThrough >= seq) return Promise.resolve(true);
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiter: Waiter = { seq, resolve };
      this.#waiters.push(waiter);
      signal.addEventListener(
        'abort',
        () => {
          this.#waiters = this.#waiters.filter((other) => other !== waiter);
          resolve(false);
        },
        { once: true },
      );
    });
  }

  /** Stops timers and writes the acknowledged position. */
  stop(): void {
    this.#stopped = true;
    this.#clearTimeout();
    this.#cancelSend?.();
    this.#cancelSave?.();
    this.#saveAcknowledged();
  }

  #takeAck(body: JournalAckBody): void {
    const { epoch, ackedThrough, hash, refused } = body;
    const journal = this.#journal;
    if (epoch === journal.epoch && ackedThrough > journal.headSeq) return this.#coreKnowsMore(ackedThrough);
    const own = journal.hashOf(epoch, ackedThrough);
    // Both are said to whoever is connected as this gateway: what was meant for another journal must not move this one.
    if (hash !== undefined && own !== undefined && own !== hash) return this.#contradicted('journal/ack', epoch);
    if (refused) {
      if (own === undefined || journal.hashOf(epoch, refused.throughSeq) !== refused.lastHash) {
        return this.#dropped('journal/ack', 'said to another journal');
      }
      return this.#takeRefusal(body, refused.code);
    }
    if (epoch !== journal.epoch) return this.#takeSegmentAck(epoch, ackedThrough);
    journal.acknowledge(ackedThrough);
    const before = this.#window;
    const now = this.#context.clock.monotonic();
    this.#window = afterAck(this.#window, ackedThrough, now, LIMITS);
    if (this.#window === before) return;
    this.#cloned = false;
    this.#heard(ackedThrough, body.at, now);
    this.#saveSoon();
    this.#clearTimeout();
    this.#releaseWaiters();
    this.#send();
  }

  #heard(ackedThrough: number, at: number | undefined, now: number): void {
    const sentAt = this.#sentTimes.take(ackedThrough);
    if (sentAt === undefined) return;
    for (const listener of this.#coreHeard) listener(at, sentAt, now);
  }

  /** U4: core takes nothing more of this epoch. What it holds of it is known exactly now; the rest goes into the next. */
  #takeRefusal({ epoch, ackedThrough }: JournalAckBody, code: 'diverged' | 'cloned'): void {
    const journal = this.#journal;
    const current = epoch === journal.epoch;
    this.#context.log.error({ epoch, head: journal.headSeq, ackedThrough, code }, 'core holds another journal of this gateway');
    if (!current) {
      if (code === 'diverged') journal.carrySegment(epoch, ackedThrough);
      this.#segment = journal.segment;
      return this.#send();
    }
    journal.acknowledge(ackedThrough);
    journal.saveAcknowledged();
    this.#cloned = code === 'cloned';
    if (this.#cloned) return this.#waitForPeople();
    journal.startNewEpoch('restoredCopy', ackedThrough);
    this.#startOver();
    this.#send();
  }

  #waitForPeople(): void {
    this.#startOver();
    this.#cancelTimeout = this.#context.clock.after(REFUSED_AGAIN_MS, () => {
      this.#cancelTimeout = undefined;
      this.#window = afterSilence(this.#window);
      this.#send(true);
    });
  }

  #takeSegmentAck(epoch: number, ackedThrough: number): void {
    const segment = this.#segment;
    if (segment?.epoch !== epoch) return this.#dropped('journal/ack', 'another epoch');
    this.#journal.acknowledgeSegment(epoch, Math.min(ackedThrough, segment.through));
    this.#segment = this.#journal.segment;
    this.#clearTimeout();
    this.#send();
  }

  /**
   * Core holds entries of this epoch that this journal does not have. Where everything here is acknowledged, it is an old copy with nothing of its own; otherwise
   * sending what isn't acknowledged makes core say where the two part.
   */
  #coreKnowsMore(ackedThrough: number): void {
    const { epoch, headSeq } = this.#journal;
    if (this.#journal.ackedThrough < headSeq) return this.#contradicted('journal/ack', epoch);
    this.#context.log.error({ epoch, head: headSeq, ackedThrough }, 'core holds entries this journal does not have: a new epoch begins');
    this.#journal.startNewEpoch('restoredCopy', headSeq);
    this.#startOver();
    this.#send();
  }

  /** Moves no confirmation: sends on until core says where the two journals part, and from the start again when it did not. */
  #contradicted(channel: string, epoch: number): void {
    this.#context.log.warn({ channel, epoch }, 'core speaks of another journal of this gateway');
    if (epoch === this.#journal.epoch && this.#window.nextSeq <= this.#journal.headSeq) {
      this.#window = afterContradiction(this.#window);
      this.#clearTimeout();
      return this.#send();
    }
    const now = this.#context.clock.monotonic();
    if (now - this.#lastResend.at < SAME_RESEND_MS) return;
    this.#lastResend = { fromSeq: 0, at: now };
    this.#startOver();
    this.#send();
  }

  #askedForTheForgotten(fromSeq: number, at: number | undefined): void {
    const { firstKeptSeq } = this.#journal;
    const isNew = at !== undefined && Math.abs(at - this.#context.clock.now()) <= NEW_REQUEST_MS;
    this.#context.log.error({ fromSeq, firstKept: firstKeptSeq, isNew }, 'core asks for entries that are no longer kept');
    if (isNew) this.#journal.startNewEpoch('coreLostEntries', firstKeptSeq - 1);
    this.#window = isNew ? freshWindow(this.#journal.ackedThrough) : afterResend(this.#window, firstKeptSeq);
    this.#send();
  }

  #concernsUs(body: { store: string; gateway: string }): boolean {
    return body.store === this.#options.store && body.gateway === this.#options.gateway;
  }

  #startOver(): void {
    this.#window = freshWindow(this.#journal.ackedThrough);
    this.#segmentSilences = 0;
    this.#clearTimeout();
  }

  /** Never sends at once: it runs inside the committer's call, which must not fail for what is wrong with the upload. */
  #sendSoon(delayMs: number): void {
    if (this.#stopped || !this.#link.connected) return;
    this.#cancelSend ??= this.#context.clock.after(delayMs, () => {
      this.#cancelSend = undefined;
      this.#send();
    });
  }

  /** One batch, and the next in a turn of its own: a backlog must not keep tills and terminals waiting. */
  #send(probe = false): void {
    if (this.#stopped || !this.#link.connected || (this.#cloned && !probe)) return;
    if (this.#segment && this.#segmentSilences < SEGMENT_PATIENCE) return this.#sendSegment(this.#segment);
    const next = nextBatch(this.#window, this.#journal.headSeq, LIMITS);
    if (next) {
      const slice = this.#journal.read(next.fromSeq, next.limit, BATCH_BYTES);
      if (!slice) throw new Error(`entry ${next.fromSeq} should be readable`);
      const throughSeq = next.fromSeq + slice.at.length - 1;
      const now = this.#context.clock.monotonic();
      this.#link.publish('journal', this.#encode(slice, false));
      this.#window = afterSend(this.#window, next.fromSeq, throughSeq, now);
      this.#sentTimes.note(next.fromSeq, throughSeq, now);
      this.#sendSoon(0);
    }
    if (this.#window.inFlight.length > 0) {
      const waitMs = this.#cloned ? REFUSED_AGAIN_MS : ackTimeoutMs(this.#window.silences);
      this.#cancelTimeout ??= this.#context.clock.after(waitMs, () => this.#silence());
    }
  }

  #sendSegment(segment: JournalSegment): void {
    if (this.#cancelTimeout) return;
    const slice = this.#journal.read(segment.acked + 1, LIMITS.entries, BATCH_BYTES, segment.epoch);
    if (!slice) throw new Error(`entry ${segment.acked + 1} of epoch ${segment.epoch} should be readable`);
    this.#link.publish('journal', this.#encode(slice, true));
    this.#cancelTimeout = this.#context.clock.after(ackTimeoutMs(this.#segmentSilences), () => {
      this.#cancelTimeout = undefined;
      this.#segmentSilences += 1;
      this.#context.log.warn({ epoch: segment.epoch, acked: segment.acked }, 'no answer about an earlier epoch');
      this.#send();
    });
  }

  #silence(): void {
    this.#cancelTimeout = undefined;
    this.#window = afterSilence(this.#window);
    this.#context.log.warn(
      { ackedThrough: this.#window.acked, silences: this.#window.silences },
      'no acknowledgement from core, sending again',
    );
    this.#send(true);
  }

  #encode(slice: JournalSlice, closed: boolean): string {
    const { store, gateway, gatewayKey } = this.#options;
    const data: JournalBatchData = {
      epoch: slice.epoch,
      fromSeq: slice.fromSeq,
      prevHash: slice.prevHash,
      at: [...slice.at],
      kind: [...slice.kind],
      terminal: [...slice.terminal],
      payload: [...slice.payload],
      lastHash: slice.lastHash,
      signature: signHead(gatewayKey, slice.lastHash),
      ...(closed ? { closed } : {}),
    };
    const event: JournalBatchEvent = {
      specversion: '1.0',
      id: `${gateway}-${slice.epoch}-${slice.fromSeq}-${slice.fromSeq + slice.at.length - 1}`,
      source: gatewaySource(store, gateway),
      type: EVENT_TYPE.journalBatch,
      time: new Date(this.#context.clock.now()).toISOString(),
      datacontenttype: 'application/json',
      data,
    };
    return JSON.stringify(event);
  }

  #releaseWaiters(): void {
    const acked = this.#journal.ackedThrough;
    const released = this.#waiters.filter((waiter) => waiter.seq <= acked);
    this.#waiters = this.#waiters.filter((waiter) => waiter.seq > acked);
    for (const waiter of released) waiter.resolve(true);
  }

  #saveSoon(): void {
    if (this.#stopped) return;
    this.#cancelSave ??= this.#context.clock.after(SAVE_ACK_MS, () => {
      this.#cancelSave = undefined;
      this.#saveAcknowledged();
    });
  }

  #saveAcknowledged(): void {
    try {
      this.#journal.saveAcknowledged();
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      this.#context.log.warn(errorFields(error), 'the acknowledged position could not be written');
    }
  }

  /** What the disk refuses is tried again with the next message: core's word is repeated as long as it isn't answered. */
  #safely(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      this.#context.log.warn(errorFields(error), 'what core said could not be written down');
    }
  }

  #clearTimeout(): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
  }

  #dropped(channel: string, reason: string): void {
    this.#context.log.warn({ channel, reason }, 'message dropped');
  }
}
