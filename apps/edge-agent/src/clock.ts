/** Time as the agent sees it. Injected everywhere, so that a test decides what the time is; wall-clock order is never relied on. */
export interface Clock {
  /** Milliseconds since the Unix epoch. May jump, in both directions. */
  now(): number;
  /** Milliseconds that have passed since some start. Never jumps and never goes back: the measure of every duration. */
  monotonic(): number;
  /** Calls `run` once after `delayMs`; the returned function takes it back and may be called at any time. */
  after(delayMs: number, run: () => void): () => void;
}

/** The machine's clock. Its timers do not keep the process alive: the agent stops when it is told to, not when nothing is scheduled. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, 0x7fff_ffff));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`, or at once when `signal` aborts; the caller looks at the signal to tell which. */
export function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(delayMs, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
