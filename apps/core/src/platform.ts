/** Nest tokens of what every module of core may ask for. */
export const CONFIG = Symbol('CoreConfig');
export const LOG = Symbol('Log');
export const CLOCK = Symbol('Clock');

/** Where the time comes from; tests move it. */
export interface Clock {
  now(): Date;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };
