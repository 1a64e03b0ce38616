/** How a person or the system asks the launcher to end. */
export interface StopSignals {
  /** Aborted by the first signal. */
  first: AbortSignal;
  /** Resolves with the first signal. */
  stopped: Promise<void>;
  /** What the second signal does before the process ends at once. */
  onSecond(kill: () => void): void;
}

const EXIT_KILLED = 130;

/**
 * Listens to Ctrl-C, SIGTERM, a closed terminal, and to the end of a parent that started this program under another Node (its channel closes). The
 * first asks for an ordered end, the second kills.
 */
export function onStopSignals(): StopSignals {
  const controller = new AbortController();
  let kill: () => void = () => undefined;
  const stop = () => {
    if (controller.signal.aborted) {
      kill();
      process.exit(EXIT_KILLED);
    }
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  process.on('disconnect', () => {
    if (!controller.signal.aborted) stop();
  });
  // A reader that went away (a closed terminal, `| head`) is no reason to leave the parts running unordered.
  process.stdout.on('error', () => {
    if (!controller.signal.aborted) stop();
  });
  return {
    first: controller.signal,
    stopped: new Promise((resolve) => controller.signal.addEventListener('abort', () => resolve(), { once: true })),
    onSecond: (what) => {
      kill = what;
    },
  };
}
