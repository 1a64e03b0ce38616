import type { Clock } from '../clock.js';
import { coreTimeFrom, correctionBy, lookAtMachine, type TimeAuthority, timeAtStart } from './time.rules.js';

/** A jump of the machine's clock, or of what the agent takes for the time. `followed`: the agent's time went along. */
export interface ClockStep {
  byMs: number;
  followed: boolean;
  because: TimeAuthority;
}

/**
 * The agent's time: what core last said plus what has passed since, so that a machine clock that jumps, or was wrong at boot, moves neither the schedule nor an
 * expiry. Until core was heard of, the machine's clock as far as it is plausible. Durations and timers are the machine's monotonic ones.
 */
export class AgentTime implements Clock {
  readonly #machine: Clock;
  #base: { at: number; monotonic: number };
  #authority: TimeAuthority = 'machine';
  #difference = 0;
  #skewMs: number | null = null;
  readonly #coreListeners = new Set<() => void>();

  constructor(machine: Clock) {
    this.#machine = machine;
    this.#base = { at: machine.now(), monotonic: machine.monotonic() };
  }

  now(): number {
    return Math.round(this.#base.at + this.#machine.monotonic() - this.#base.monotonic);
  }

  monotonic(): number {
    return this.#machine.monotonic();
  }

  after(delayMs: number, run: () => void): () => void {
    return this.#machine.after(delayMs, run);
  }

  /** On whose word the time stands. */
  get authority(): TimeAuthority {
    return this.#authority;
  }

  /** True when the time stands on core's word. */
  get isCores(): boolean {
    return this.#authority === 'core';
  }

  /** By how much the machine's clock is ahead of core's, in milliseconds; null before core was heard of in this run. */
  get skewMs(): number | null {
    return this.#skewMs;
  }

  /** Begins after `lastKnown`, the latest time known before this start (null: none). Says when the machine's clock is not believed. */
  begin(lastKnown: number | null): ClockStep | null {
    const machine = this.#machine.now();
    const start = timeAtStart(machine, lastKnown);
    this.#set(start.at, start.authority);
    return start.authority === 'machine' ? null : { byMs: machine - start.at, followed: false, because: 'lastKnown' };
  }

  /** Looks at the machine's clock; to be called every few seconds. Says when it jumped. */
  look(): ClockStep | null {
    const now = this.now();
    const machine = this.#machine.now();
    const look = lookAtMachine(this.#authority, now, machine, this.#difference);
    switch (look.kind) {
      case 'steady':
        // Slow corrections of the machine's clock are taken over where nobody knows better.
        if (this.#authority === 'machine' && this.#difference === 0) this.#set(machine, 'machine');
        return null;
      case 'ignore':
        this.#difference = machine - now;
        return { byMs: look.jumpMs, followed: false, because: 'machine' };
      case 'follow':
        this.#set(machine, 'machine');
        return { byMs: look.jumpMs, followed: true, because: 'machine' };
    }
  }

  /**
   * Takes core's clock from a signed answer that can't be older than the question: `coreAt` was read after `sentAt` and before `receivedAt` (both monotonic). Says by
   * how much the agent's time moved.
   */
  hearCore(coreAt: number, sentAt: number, receivedAt: number): ClockStep | null {
    const heard = coreTimeFrom(coreAt, sentAt, receivedAt);
    if (!heard) return null;
    this.#skewMs = Math.round(this.#machine.now() - (heard.at + this.#machine.monotonic() - receivedAt));
    const byMs = correctionBy(heard, this.now() - (this.#machine.monotonic() - receivedAt), this.#authority);
    this.#set(this.now() + byMs, 'core');
    for (const listener of this.#coreListeners) listener();
    return byMs === 0 ? null : { byMs, followed: true, because: 'core' };
  }

  /** Calls `listener` whenever core's clock was heard. */
  onCore(listener: () => void): void {
    this.#coreListeners.add(listener);
  }

  #set(at: number, authority: TimeAuthority): void {
    this.#base = { at, monotonic: this.#machine.monotonic() };
    this.#authority = authority;
    this.#difference = this.#machine.now() - at;
  }
}
