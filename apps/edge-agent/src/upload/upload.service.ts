import type { KeyObject } from 'node:crypto';
import {
  EVENT_TYPE,
  gatewaySource,
  type JournalBatchData,
  type JournalBatchEvent,
  journalAckBody,
  journalResendBody,
  MAX_BATCH_ENTRIES,
} from '@tillward/contracts';
import { signHead } from '@tillward/journal';
import type { Clock } from '../clock.js';
import { type Journal, type JournalSlice, JournalUnavailableError } from '../journal/index.js';
import { type CoreKey, openSigned } from '../link/index.js';
import { errorFields, type Log } from '../log.js';
import {
  ackTimeoutMs,
  afterAck,
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

/** How a batch leaves: at once, without any promise of arrival. */
export interface UploadLink {
  readonly connected: boolean;
  publish(channel: 'journal', text: string): void;
}

export interface UploaderOptions {
  store: string;
  gateway: string;
  gatewayKey: KeyObject;
  coreKey: CoreKey;
}

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
 * gateway and epoch; a PUBACK means nothing here. Sends again after a reconnect, on request, and when acknowledgements stay away.
 */
export class Uploader {
  readonly #context: UploaderContext;
  readonly #journal: Journal;
  readonly #link: UploadLink;
  readonly #options: UploaderOptions;
  #window: UploadWindow;
  #waiters: Waiter[] = [];
  #cancelLinger: (() => void) | undefined;
  #cancelTimeout: (() => void) | undefined;
  #cancelSave: (() => void) | undefined;
  #lastResend = { fromSeq: 0, at: 0 };
  #stopped = false;

  constructor(context: UploaderContext, journal: Journal, link: UploadLink, options: UploaderOptions) {
    this.#context = context;
    this.#journal = journal;
    this.#link = link;
    this.#options = options;
    this.#window = freshWindow(journal.ackedThrough);
    journal.onAppended(() => this.#lingerThenSend());
  }

  /** To be called on every gain and loss of the connection. */
  connectionChanged(connected: boolean): void {
    this.#window = freshWindow(this.#journal.ackedThrough);
    this.#clearTimeout();
    if (connected) this.#send();
  }

  /** Takes a `journal/ack` message. Anything but core's word about this gateway and epoch is dropped. */
  receiveAck(event: unknown): void {
    const opened = openSigned(EVENT_TYPE.journalAck, event, journalAckBody, this.#options.coreKey);
    if (!opened.ok) return this.#dropped('journal/ack', opened.reason);
    const { epoch, ackedThrough } = opened.body;
    if (!this.#concernsUs(opened.body)) return this.#dropped('journal/ack', 'another gateway');
    if (epoch !== this.#journal.epoch) return this.#dropped('journal/ack', 'another epoch');
    if (ackedThrough > this.#journal.headSeq) return this.#restartEpoch(ackedThrough);
    this.#journal.acknowledge(ackedThrough);
    const before = this.#window;
    this.#window = afterAck(this.#window, ackedThrough);
    if (this.#window === before) return;
    this.#saveSoon();
    this.#clearTimeout();
    this.#releaseWaiters();
    this.#send();
  }

  /** Takes a `journal/resend` message: core saw a gap, or was restored to an earlier state. */
  receiveResend(event: unknown): void {
    const opened = openSigned(EVENT_TYPE.journalResend, event, journalResendBody, this.#options.coreKey);
    if (!opened.ok) return this.#dropped('journal/resend', opened.reason);
    if (!this.#concernsUs(opened.body) || opened.body.epoch !== this.#journal.epoch)
      return this.#dropped('journal/resend', 'another gateway');
    const { fromSeq } = opened.body;
    const now = this.#context.clock.now();
    if (fromSeq === this.#lastResend.fromSeq && now - this.#lastResend.at < SAME_RESEND_MS) return;
    this.#lastResend = { fromSeq, at: now };
    if (fromSeq < this.#journal.firstKeptSeq) {
      this.#context.log.error({ fromSeq, firstKept: this.#journal.firstKeptSeq }, 'core asks for entries that are no longer kept');
    }
    this.#context.log.info({ fromSeq, throughSeq: opened.body.throughSeq }, 'sending again on request');
    this.#window = afterResend(this.#window, Math.max(fromSeq, this.#journal.firstKeptSeq));
    this.#send();
  }

  /** Core has said something, so it is back: don't wait out a silence. */
  nudge(): void {
    if (this.#window.silences === 0) return;
    this.#clearTimeout();
    this.#window = freshWindow(this.#journal.ackedThrough);
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
    this.#cancelLinger?.();
    this.#cancelSave?.();
    this.#saveAcknowledged();
  }

  #concernsUs(body: { store: string; gateway: string }): boolean {
    return body.store === this.#options.store && body.gateway === this.#options.gateway;
  }

  #restartEpoch(ackedThrough: number): void {
    this.#context.log.error(
      { epoch: this.#journal.epoch, head: this.#journal.headSeq, ackedThrough },
      'core holds entries this journal does not have: data was lost, starting a new epoch',
    );
    this.#journal.startNewEpoch();
    this.#window = freshWindow(0);
    this.#send();
  }

  /** Never sends at once: it runs inside the committer's call, which must not fail for what is wrong with the upload. */
  #lingerThenSend(): void {
    if (this.#stopped || !this.#link.connected) return;
    this.#cancelLinger ??= this.#context.clock.after(LINGER_MS, () => this.#send());
  }

  #send(): void {
    this.#cancelLinger?.();
    this.#cancelLinger = undefined;
    if (this.#stopped || !this.#link.connected) return;
    for (;;) {
      const next = nextBatch(this.#window, this.#journal.headSeq, LIMITS);
      if (!next) break;
      const slice = this.#journal.read(next.fromSeq, next.limit, BATCH_BYTES);
      if (!slice) throw new Error(`entry ${next.fromSeq} should be readable`);
      this.#link.publish('journal', this.#encode(slice));
      this.#window = afterSend(this.#window, next.fromSeq, next.fromSeq + slice.at.length - 1);
    }
    if (this.#window.inFlight.length > 0) {
      this.#cancelTimeout ??= this.#context.clock.after(ackTimeoutMs(this.#window.silences), () => this.#silence());
    }
  }

  #silence(): void {
    this.#cancelTimeout = undefined;
    this.#window = afterSilence(this.#window);
    this.#context.log.warn(
      { ackedThrough: this.#window.acked, silences: this.#window.silences },
      'no acknowledgement from core, sending again',
    );
    this.#send();
  }

  #encode(slice: JournalSlice): string {
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

  #clearTimeout(): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = undefined;
  }

  #dropped(channel: string, reason: string): void {
    this.#context.log.warn({ channel, reason }, 'message dropped');
  }
}
