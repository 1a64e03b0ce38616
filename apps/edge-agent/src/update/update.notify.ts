import { spawn } from 'node:child_process';

/** Tells the service manager how it stands. Never throws; a manager that can't be told is the manager's watchdog's business. */
export interface Notifier {
  /** One sd_notify(3) assignment each, such as `READY=1`. */
  tell(...assignments: string[]): void;
  /** How often WATCHDOG=1 is to be told; null when nobody watches. */
  watchdogEveryMs: number | null;
}

/** What the environment says of the service manager. */
export interface NotifyEnvironment {
  /** NOTIFY_SOCKET; undefined: nobody is to be told. */
  socket: string | undefined;
  /** WATCHDOG_USEC; undefined: no watchdog. */
  watchdogUsec: number | undefined;
}

const SEND_LIMIT_MS = 5_000;

/**
 * Notifies through systemd-notify(1): Node has no AF_UNIX datagram sockets. It waits until systemd has taken the message, so that systemd still
 * finds the sender in the unit; the unit says `NotifyAccess=all`, because the sender is a child.
 */
export function systemdNotifier(
  { socket, watchdogUsec }: NotifyEnvironment,
  environment: NodeJS.ProcessEnv,
  failed: (error: string) => void,
): Notifier {
  if (socket === undefined) return { tell: () => {}, watchdogEveryMs: null };
  return {
    tell(...assignments) {
      const child = spawn('systemd-notify', assignments, {
        stdio: 'ignore',
        env: { ...environment, NOTIFY_SOCKET: socket },
        timeout: SEND_LIMIT_MS,
      });
      child.on('error', (error) => failed(error.message));
      child.on('exit', (code) => code !== 0 && failed(`systemd-notify ended with ${code ?? 'a signal'}`));
    },
    // A third of the limit: one lost message does not end the unit.
    watchdogEveryMs: watchdogUsec === undefined ? null : Math.max(1_000, Math.floor(watchdogUsec / 3_000)),
  };
}
