import { type Journal, JournalUnavailableError } from '../journal/index.js';
import { errorFields, type Log } from '../log.js';
import { hoursOf, RESTRICTED_OPERATIONS, type RestrictedOperation, restrictedChange } from './restricted.rules.js';

const ENTERED = 'restricted.offlineMs';

/**
 * The mode of a gateway that has run too long without core (P8): sales, openings and closings go on, money goes back no more. Entered and left with an entry; it
 * survives a start, and only core's own word ends it.
 */
export class RestrictedMode {
  readonly #log: Log;
  readonly #journal: Journal;
  readonly #afterDays: () => number;
  /** How long core had been away when it was last looked at; null while the mode is off. */
  #longest: number | null;

  constructor(log: Log, journal: Journal, afterDays: () => number) {
    this.#log = log;
    this.#journal = journal;
    this.#afterDays = afterDays;
    const entered = journal.readMeta(ENTERED);
    this.#longest = entered === null || entered === '' ? null : Number(entered);
  }

  /** True while operations are off. */
  get active(): boolean {
    return this.#longest !== null;
  }

  /** Whether an operation is off now. */
  refuses(operation: RestrictedOperation): boolean {
    return this.active && RESTRICTED_OPERATIONS.includes(operation);
  }

  /** To be told how long core has been away, and 0 when it is back. */
  offlineFor(offlineMs: number): void {
    const change = restrictedChange(this.active, offlineMs, this.#afterDays());
    if (change === null) {
      if (this.#longest !== null) this.#longest = offlineMs;
      return;
    }
    try {
      this.#journal.commit((tx) => {
        if (change === 'enter')
          tx.append('RestrictedModeEntered', null, { offlineHours: hoursOf(offlineMs), off: [...RESTRICTED_OPERATIONS] });
        else tx.append('RestrictedModeLeft', null, { offlineHours: hoursOf(this.#longest ?? 0) });
        this.#journal.writeMeta(ENTERED, change === 'enter' ? String(offlineMs) : '');
      });
    } catch (error) {
      if (!(error instanceof JournalUnavailableError)) throw error;
      // What can't be written down is decided again with the next look.
      this.#log.warn(errorFields(error), 'restricted mode could not be changed');
      return;
    }
    this.#longest = change === 'enter' ? offlineMs : null;
    this.#log.warn({ offlineHours: hoursOf(offlineMs) }, change === 'enter' ? 'restricted mode entered' : 'restricted mode left');
  }
}
