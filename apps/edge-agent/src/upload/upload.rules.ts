/** A batch that was sent and whose entries core has not confirmed yet. */
export interface InFlight {
  fromSeq: number;
  throughSeq: number;
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
}

/** Limits of the window: batches in flight, and entries of one batch. */
export interface WindowLimits {
  batches: number;
  entries: number;
}

/** The window after a start or a reconnect: everything unacknowledged is sent again, because nobody knows what arrived. */
export function freshWindow(acked: number): UploadWindow {
  return { acked, nextSeq: acked + 1, inFlight: [], silences: 0 };
}

/** What to send next, or null when the window is full or nothing waits. After a silence one batch probes before the window opens again. */
export function nextBatch(window: UploadWindow, headSeq: number, limits: WindowLimits): { fromSeq: number; limit: number } | null {
  const batches = window.silences > 0 ? 1 : limits.batches;
  if (window.inFlight.length >= batches || window.nextSeq > headSeq) return null;
  return { fromSeq: window.nextSeq, limit: Math.min(limits.entries, headSeq - window.nextSeq + 1) };
}

/** The window after sending `fromSeq`…`throughSeq`. */
export function afterSend(window: UploadWindow, fromSeq: number, throughSeq: number): UploadWindow {
  return { ...window, nextSeq: throughSeq + 1, inFlight: [...window.inFlight, { fromSeq, throughSeq }] };
}

/** The window after core confirmed everything through `seq`. An old confirmation arriving late changes nothing. */
export function afterAck(window: UploadWindow, seq: number): UploadWindow {
  if (seq <= window.acked) return window;
  return {
    acked: seq,
    nextSeq: Math.max(window.nextSeq, seq + 1),
    inFlight: window.inFlight.filter((batch) => batch.throughSeq > seq),
    silences: 0,
  };
}

/** The window after core asked for `fromSeq` again. Asking for what it had acknowledged moves nothing but the sending position. */
export function afterResend(window: UploadWindow, fromSeq: number): UploadWindow {
  if (fromSeq >= window.nextSeq) return window;
  return { ...window, nextSeq: fromSeq, inFlight: window.inFlight.filter((batch) => batch.throughSeq < fromSeq) };
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
