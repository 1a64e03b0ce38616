interface Sent {
  fromSeq: number;
  throughSeq: number;
  at: number;
}

/** Most batches whose time is remembered; more are never in flight. */
const MOST = 64;

/**
 * When entries of this run first left. An acknowledgement of one of them can't be older than that, whoever delivers it: it proves that core is there now, and between
 * which two moments core read its clock.
 */
export class SentTimes {
  #sent: Sent[] = [];
  #highest: number;

  /** Entries after `headAtStart` were written in this run. */
  constructor(headAtStart: number) {
    this.#highest = headAtStart;
  }

  /** Notes that entries left at `at` (monotonic); what left before keeps its first time. */
  note(fromSeq: number, throughSeq: number, at: number): void {
    if (throughSeq <= this.#highest) return;
    this.#sent.push({ fromSeq: Math.max(fromSeq, this.#highest + 1), throughSeq, at });
    this.#highest = throughSeq;
    if (this.#sent.length > MOST) this.#sent.shift();
  }

  /** When entry `seq` first left, monotonic; undefined when it was written before this run, never left, or was asked for already. */
  take(seq: number): number | undefined {
    const batch = this.#sent.find(({ fromSeq, throughSeq }) => fromSeq <= seq && seq <= throughSeq);
    this.#sent = this.#sent.filter(({ throughSeq }) => throughSeq > seq);
    return batch?.at;
  }
}
