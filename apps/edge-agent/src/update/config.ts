import type { NotifyEnvironment } from './update.notify.js';
import type { UpdatePlaces } from './update.store.js';

/** Where the Debian package keeps things. */
export const PACKAGE_PLACES: UpdatePlaces = {
  folder: '/var/lib/tillward-edge/update',
  factory: '/usr/lib/tillward-edge/factory',
  keysFile: '/etc/tillward-edge/release-keys.json',
};

/** Variables that are between the service manager and its unit's main process. */
const MANAGER_VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'];

/** What the service manager wants to be told (sd_notify(3), sd_watchdog_enabled(3)). */
export function notifyEnvironment(env: NodeJS.ProcessEnv = process.env, pid: number = process.pid): NotifyEnvironment {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, WATCHDOG_PID: watched } = env;
  const meant = watched === undefined || watched === '' || Number(watched) === pid;
  return { socket: socket || undefined, watchdogUsec: usec && /^\d{1,15}$/.test(usec) && meant ? Number(usec) : undefined };
}

/** The environment an agent is started with: the starter's own, without what is between the starter and the service manager. */
export function agentProcessEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !MANAGER_VARIABLES.includes(name)));
}

/** Enough of an environment to find a program of the system. */
export function searchPath(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { PATH: env['PATH'] ?? '/usr/bin:/bin' };
}
