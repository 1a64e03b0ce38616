import { setTimeout as pause } from 'node:timers/promises';
import type {
  OutletState,
  PowerCapabilities,
  PowerSwitch,
  SwitchFailure,
  SwitchFailureReason,
  SwitchOutcome,
  SwitchTiming,
  TerminalProbe,
} from './power-switch.js';

const DEFAULT_TIMEOUT_MS = 2_000;
const DEFAULT_SETTLE_MS = 10_000;
const DEFAULT_POLL_MS = 250;
const MAX_OFF_SECONDS = 3_600;

/** Why a device's answer is none. */
export type ExchangeFault = Extract<SwitchFailureReason, 'noAnswer' | 'credentialsRefused' | 'refused' | 'notUnderstood'>;

/** How a request to a device ended. After a failure it may still have had its effect. */
export type Exchange<T = void> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: ExchangeFault; readonly detail: string };

/** What an outlet reads, and in the device's own words why. */
export interface OutletReading {
  readonly state: OutletState;
  readonly detail: string;
}

/**
 * The part every readable switch shares: after a command it looks until the outlet reads as wanted, then asks the probe about the terminal.
 * A lost answer does not mean a lost command, so what the outlet reads decides, not what the command was answered.
 */
export abstract class VerifiedSwitch implements PowerSwitch {
  abstract readonly capabilities: PowerCapabilities;
  protected readonly timeoutMs: number;
  private readonly settleMs: number;
  private readonly pollMs: number;

  constructor(
    timing: SwitchTiming,
    private readonly probe: TerminalProbe | undefined,
  ) {
    this.timeoutMs = timing.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.settleMs = timing.settleMs ?? DEFAULT_SETTLE_MS;
    this.pollMs = timing.pollMs ?? DEFAULT_POLL_MS;
  }

  /** Gives power, read back, terminal back. */
  on(): Promise<SwitchOutcome> {
    return this.set(true);
  }

  /** Takes power away, read back, terminal gone. */
  off(): Promise<SwitchOutcome> {
    return this.set(false);
  }

  /** One look. */
  async state(): Promise<OutletState> {
    const reading = await this.read();
    return reading.ok ? reading.value.state : 'unknown';
  }

  /** Cycles on the device where it can, else by switching. */
  async cycle(offSeconds: number): Promise<SwitchOutcome> {
    if (!Number.isFinite(offSeconds) || offSeconds < 1 || offSeconds > MAX_OFF_SECONDS) {
      throw new RangeError(`an outlet can be off for 1 to ${MAX_OFF_SECONDS} seconds, not for ${offSeconds}`);
    }
    const started = await this.startCycle(offSeconds);
    return started ? this.followCycle(started, offSeconds) : this.cycleBySwitching(offSeconds);
  }

  /** Tells the device what its outlet shall be. */
  protected abstract command(on: boolean): Promise<Exchange>;
  /** Asks the device what its outlet is. */
  protected abstract read(): Promise<Exchange<OutletReading>>;
  /** Tells the device to go off and on again by itself; null when it can't for that long, and nothing was done. */
  protected async startCycle(_offSeconds: number): Promise<Exchange | null> {
    return null;
  }

  private async set(on: boolean): Promise<SwitchOutcome> {
    const commanded = await this.command(on);
    const failure = await this.seen(on, commanded, this.settleMs);
    if (failure) return failure;
    const followed = await (on ? this.probe?.terminalBack() : this.probe?.terminalGone());
    return this.terminalFollowed(on, followed ?? true);
  }

  private async cycleBySwitching(offSeconds: number): Promise<SwitchOutcome> {
    const off = await this.off();
    if (off.kind === 'done') await pause(offSeconds * 1_000);
    // Also after a failure: an outlet that went dark without telling must not stay so.
    const on = await this.on();
    return off.kind === 'failed' ? off : on;
  }

  private async followCycle(commanded: Exchange, offSeconds: number): Promise<SwitchOutcome> {
    // The terminal is watched from the start: after a short pause it would be back before anybody asked whether it was gone.
    const [notOff, gone] = await Promise.all([this.seen(false, commanded, this.settleMs), this.probe?.terminalGone() ?? true]);
    const off = notOff ?? this.terminalFollowed(false, gone);
    if (!notOff) await pause(offSeconds * 1_000);
    const notOn = await this.seen(true, { ok: true, value: undefined }, this.settleMs);
    const on = notOn ? await this.on() : this.terminalFollowed(true, (await this.probe?.terminalBack()) ?? true);
    return off.kind === 'failed' ? off : on;
  }

  /** Looks until the outlet reads as wanted. Null when it does, else how it failed. */
  private async seen(on: boolean, commanded: Exchange, withinMs: number): Promise<SwitchFailure | null> {
    const wanted: OutletState = on ? 'on' : 'off';
    const until = performance.now() + withinMs;
    for (;;) {
      const reading = await this.read();
      if (reading.ok && reading.value.state === wanted) return null;
      const hopeless = !reading.ok && reading.reason === 'credentialsRefused';
      if (hopeless || performance.now() >= until) return failureOf(on, commanded, reading);
      await pause(this.pollMs);
    }
  }

  private terminalFollowed(on: boolean, seen: boolean): SwitchOutcome {
    if (seen) return { kind: 'done' };
    return on
      ? { kind: 'failed', code: 'stillOff', reason: 'terminalNotBack', detail: 'the outlet reads on, but the terminal does not answer' }
      : { kind: 'failed', code: 'stillOn', reason: 'terminalStillThere', detail: 'the outlet reads off, but the terminal answers' };
  }
}

function failureOf(on: boolean, commanded: Exchange, reading: Exchange<OutletReading>): SwitchFailure {
  if (!reading.ok) {
    // What the command was answered says more than a look that failed after it.
    const { reason, detail } = commanded.ok ? reading : commanded;
    return { kind: 'failed', code: 'powerSwitchUnreachable', reason, detail };
  }
  const code = on ? 'stillOff' : 'stillOn';
  if (commanded.ok) return { kind: 'failed', code, reason: 'notFollowed', detail: reading.value.detail };
  return { kind: 'failed', code, reason: commanded.reason, detail: commanded.detail };
}
