/** Told after a turn of the event loop, so that traffic that is waiting goes first. */
const PER_TURN = 64;
/** What may wait; listeners that are slower than this for long lose the newest. */
const MAX_WAITING = 10_000;

/**
 * Hands things to a listener in order, but never in the call that found them: a few at a turn of the event loop. A listener that throws is reported to
 * `failed` and gets the next one all the same.
 */
export class ListenerQueue {
  private waiting: (() => void)[] = [];
  private scheduled = false;
  /** Calls that threw. */
  failures = 0;
  /** Calls that were not made because too many waited. */
  lost = 0;

  constructor(private readonly failed: (error: unknown) => void) {}

  /** Calls `say` soon. */
  push(say: () => void): void {
    if (this.waiting.length >= MAX_WAITING) {
      this.lost += 1;
      return;
    }
    this.waiting.push(say);
    this.schedule();
  }

  /** Makes every call that waits, now. */
  flush(): void {
    while (this.waiting.length > 0) this.turn();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.turn();
      if (this.waiting.length > 0) this.schedule();
    });
  }

  private turn(): void {
    const now = this.waiting.slice(0, PER_TURN);
    this.waiting = this.waiting.slice(PER_TURN);
    for (const say of now) {
      try {
        say();
      } catch (error) {
        this.failures += 1;
        this.failed(error);
      }
    }
  }
}
