/** A batch that was sent and whose entries core has not confirmed yet. */
export interface InFlight {
  fromSeq: number;
  throughSeq: number;
  /** When it was sent, monotonic. */
  sentAt: number;
}

/**
 * What is known about the upload of one epoch. Invariants: U1 `acked` never goes back; U2 `nextSeq` > `acked`; U3 everything between `acked` and
 * `nextSeq` is in flight or will be sent again after a timeout; nothing is forgotten before core's signed acknowledgement.
 */
export interface UploadWindow {
  readonly acked: number;
  readonly nextSeq: number;
  readonly inFlight: readonly InFlight[];
  /** How many times in a row the wait for an acknowledgement ran out. */
  readonly silences: number;
  /** How many batches may be in flight now. */
  readonly open: number;
}

/** Limits of the window: most batches in flight, and entries of one batch. */
export interface WindowLimits {
  batches: number;
  entries: number;
}

/** Batches a fresh window lets out; acknowledgements widen it. */
const FIRST_OPEN = 2;
/**
 * An acknowledgement that takes so long says that batches queue up on the line, and with them the live samples and answers that share it: the window narrows. Below
 * half of it the window widens.
 */
const QUEUEING_MS = 2_000;

/** The window after a start or a reconnect: everything unacknowledged is sent again, because nobody knows what arrived. */
export function freshWindow(acked: number): UploadWindow {
  return { acked, nextSeq: acked + 1, inFlight: [], silences: 0, open: FIRST_OPEN };
}

/** What to send next, or null when the window is full or nothing waits. After a silence one batch probes before the window opens again. */
export function nextBatch(window: UploadWindow, headSeq: number, limits: WindowLimits): { fromSeq: number; limit: number } | null {
  const batches = window.silences > 0 ? 1 : Math.min(window.open, limits.batches);
  if (window.inFlight.length >= batches || window.nextSeq > headSeq) return null;
  return { fromSeq: window.nextSeq, limit: Math.min(limits.entries, headSeq - window.nextSeq + 1) };
}

/** The window after sending `fromSeq`…`throughSeq`. */
export function afterSend(window: UploadWindow, fromSeq: number, throughSeq: number, sentAt = 0): UploadWindow {
  return { ...window, nextSeq: throughSeq + 1, inFlight: [...window.inFlight, { fromSeq, throughSeq, sentAt }] };
}

/** The window after core confirmed everything through `seq`. An old confirmation arriving late changes nothing. */
export function afterAck(window: UploadWindow, seq: number, now = 0, limits: WindowLimits = { batches: 8, entries: 100 }): UploadWindow {
  if (seq <= window.acked) return window;
  return {
    acked: seq,
    nextSeq: Math.max(window.nextSeq, seq + 1),
    inFlight: window.inFlight.filter((batch) => batch.throughSeq > seq),
    silences: 0,
    open: openAfter(window, seq, now, limits),
  };
}

function openAfter(window: UploadWindow, seq: number, now: number, limits: WindowLimits): number {
  const confirmed = window.inFlight.filter((batch) => batch.throughSeq <= seq);
  const newest = confirmed.at(-1);
  if (!newest) return window.open;
  const tookMs = now - newest.sentAt;
  if (tookMs > QUEUEING_MS) return Math.max(1, window.open - 1);
  return tookMs < QUEUEING_MS / 2 ? Math.min(limits.batches, window.open + confirmed.length) : window.open;
}

/** The window after core asked for `fromSeq` again. Asking for what it had acknowledged moves nothing but the sending position. */
export function afterResend(window: UploadWindow, fromSeq: number): UploadWindow {
  if (fromSeq >= window.nextSeq) return window;
  return { ...window, nextSeq: fromSeq, inFlight: window.inFlight.filter((batch) => batch.throughSeq < fromSeq) };
}

/**
 * The window after core acknowledged an entry that is another one here: nothing is confirmed by that, but what was sent so far is no longer waited for. Only a batch that reaches the place where the
 * two journals part makes core say where that is, and an old copy may have any number of batches before it.
 */
export function afterContradiction(window: UploadWindow): UploadWindow {
  return { ...window, inFlight: [] };
}

/** The window after no acknowledgement came in time: start over from the last confirmed entry. */
export function afterSilence(window: UploadWindow): UploadWindow {
  return { ...freshWindow(window.acked), silences: window.silences + 1 };
}

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 20_000;

/** How long to wait for an acknowledgement before sending again: 5 s, doubling with every silence to 20 s. */
export function ackTimeoutMs(silences: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(silences, 10));
}
