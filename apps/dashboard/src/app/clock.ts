import { useSyncExternalStore } from 'react';

/** Below this the difference is the transport's, not the clock's. */
const SKEW_TOLERANCE_MS = 3_000;

let skewMs = 0;

/** Learns how far this device's clock is from the server's, from a response's `Date` header. */
export function learnServerTime(dateHeader: string | null, receivedAtMs: number): void {
  if (dateHeader === null) return;
  const server = Date.parse(dateHeader);
  if (Number.isNaN(server)) return;
  const difference = server - receivedAtMs;
  skewMs = Math.abs(difference) > SKEW_TOLERANCE_MS ? difference : 0;
}

/** Now, by the server's clock as far as it is known: a phone with a wrong clock still counts down correctly. */
export const serverNow = (): number => Date.now() + skewMs;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let tick = serverNow();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    tick = serverNow();
    for (const wake of listeners) wake();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

const current = (): number => {
  const now = serverNow();
  if (Math.abs(now - tick) >= 1000) tick = now;
  return tick;
};

/** Server time, renewed every second by one shared timer. */
export const useNow = (): number => useSyncExternalStore(subscribe, current, current);

const minute = (): number => Math.floor(current() / 60_000) * 60_000;

/** Server time rounded down to the minute: for lists that need not render every second. */
export const useMinute = (): number => useSyncExternalStore(subscribe, minute, minute);
