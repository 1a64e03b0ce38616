import { JournalUnavailableError, NewWorkRefusedError } from './journal.errors.js';
import { beginsWork } from './journal.rules.js';
import { DiskSpace, type SpaceOptions } from './journal.space.js';
import type { JournalTransaction } from './journal.transaction.js';

/** What the journal knows of its disk: whether it is short of room, what it refused, and what of that is still to be said. */
export class DiskRoom {
  readonly #space: DiskSpace;
  #low = false;
  #held = false;
  #unsaid = false;
  #failures: { code: string; times: number } | null = null;

  constructor(dataDir: string, options: SpaceOptions = {}) {
    this.#space = new DiskSpace(dataDir, options);
  }

  /** True while new work is refused. */
  get isLow(): boolean {
    return this.#low;
  }

  /** Whether room must be made now. Asks the file system at most every second. */
  isRunningOut(): boolean {
    return !this.#low && this.#space.isScarce();
  }

  /** Gives up the ballast; from now on new work is refused. */
  reserve(): void {
    this.#space.release();
    this.#low = true;
    this.#unsaid = true;
  }

  /** Takes the ballast again when there is room for it; true when the disk was short of room until now. */
  restore(): boolean {
    if (!this.#space.restore() || !this.#low) return false;
    this.#low = false;
    return true;
  }

  get freeBytes(): number {
    return this.#space.freeBytes;
  }

  /**
   * From now on nothing new may begin, until {@link allowNewWork}: an order that begins before what a crash left is declared in doubt would overwrite in the
   * terminal's memory what is to be asked there.
   */
  holdNewWork(): void {
    this.#held = true;
  }

  /** Ends {@link holdNewWork}. */
  allowNewWork(): void {
    this.#held = false;
  }

  /** Throws when an entry of this kind begins work that must be refused (J7). */
  admit(kind: string): void {
    if (this.#held && beginsWork(kind)) throw new NewWorkRefusedError('what the last run left is not written down yet');
    if (this.#low && beginsWork(kind)) throw new NewWorkRefusedError('the disk is nearly full: no new work', 'full');
  }

  /** Appends what could not be said so far; {@link said} when the transaction went through. */
  say(tx: JournalTransaction): void {
    if (this.#unsaid) tx.append('JournalSpaceExhausted', null, { freeBytes: this.freeBytes });
    if (this.#failures) tx.append('JournalWritesFailed', null, this.#failures);
  }

  said(): void {
    this.#unsaid = false;
    this.#failures = null;
  }

  /** Remembers a refusal of the disk; returns the error. */
  refused(error: unknown): unknown {
    if (error instanceof JournalUnavailableError && !(error instanceof NewWorkRefusedError)) {
      this.#failures = { code: error.message.slice(0, 40), times: (this.#failures?.times ?? 0) + 1 };
    }
    return error;
  }
}
