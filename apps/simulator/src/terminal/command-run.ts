import { ACKNOWLEDGEMENT, type Command, encodeAbort, encodeCompletion, encodeIntermediateStatus, RESULT } from '@tillward/driver-zvt';
import type { SeededRandom } from '../seeded-random.js';
import type { StepFault, TerminalStep } from './faults.js';
import { LinkGone, type TerminalLink } from './terminal-link.js';

/** The terminal lost its power in the middle: whatever it was doing has never been finished. */
export class PowerLost extends Error {
  constructor() {
    super('the terminal lost its power');
    this.name = 'PowerLost';
  }
}

/** The till asked to stop (06 B0) while that was still possible. */
export class StoppedByTill extends Error {
  constructor() {
    super('the till stopped the command');
    this.name = 'StoppedByTill';
  }
}

/** What a run needs to know of its terminal. */
export interface RunContext {
  readonly link: TerminalLink;
  readonly power: AbortSignal;
  readonly random: SeededRandom;
  /** Whether the till asked for 04 FF when it registered. */
  readonly intermediateStatus: boolean;
  /** Takes the fault that waits for this step of this command, at most once. */
  takeFault(command: Command['kind'], step: TerminalStep): StepFault | undefined;
  /** Takes the wish that this command's status information gets lost, at most once. */
  takeLostStatus(command: Command['kind']): boolean;
  /** Takes the power away, for so many seconds or until somebody switches it on. */
  cutPower(seconds: number | undefined): void;
}

/** Answers 84 9C to 04 0F get it again after this time (spec 13.08: 2 s). */
const RESEND_MS = 2_000;

/** Time for the last bytes to reach a till before the connection is cut behind them. */
const HEARD_MS = 20;

/** One command being carried out: says frames in order, waits as a card or a host makes it wait, and lets faults strike at its steps. */
export class CommandRun {
  private readonly stop = new AbortController();

  constructor(
    private readonly context: RunContext,
    readonly command: Command['kind'],
  ) {}

  /** 80 00 00 to the command, with the faults around it. */
  async acknowledge(): Promise<void> {
    await this.reach('beforeAck');
    this.requireLink();
    this.context.link.answer(ACKNOWLEDGEMENT);
    await this.reach('afterAck');
  }

  /**
   * Says a frame as master and waits for its acknowledgement; says it again when the till asks for that (84 9C). Resolves with the code of any
   * other 84, 0 when the till took it.
   */
  async say(bytes: Uint8Array): Promise<number> {
    for (;;) {
      this.requirePower();
      const { control } = await this.context.link.say(bytes);
      const code = control >> 8 === 0x84 ? control & 0xff : 0;
      if (code !== RESULT.busy) return code;
      await this.pause(RESEND_MS);
    }
  }

  /** Says the outcome of a money command (04 0F), unless it is to get lost. Resolves as {@link say} does. */
  async sayOutcome(bytes: Uint8Array): Promise<number> {
    return this.context.takeLostStatus(this.command) ? 0 : this.say(bytes);
  }

  /** Says 06 1E: the command has come to nothing. */
  async abort(resultCode: number, noReceipt = false): Promise<void> {
    await this.say(encodeAbort(resultCode, noReceipt));
  }

  /** Says 06 0F: the command is done. */
  async complete(completion: Uint8Array = encodeCompletion()): Promise<void> {
    await this.reach('beforeCompletion');
    await this.say(completion);
  }

  /** 04 FF, if the till wants it. */
  async show(code: number): Promise<void> {
    if (this.context.intermediateStatus) await this.say(encodeIntermediateStatus(code));
  }

  /** The till wants the command stopped. Honoured while a customer is waited for, else without effect. */
  requestStop(): void {
    this.stop.abort();
  }

  /** Waits for a customer; ends with StoppedByTill when the till asks for it, now or before. */
  async awaitCustomer(ms: number): Promise<void> {
    await this.pause(ms, this.stop.signal);
  }

  /** Waits; ends at once when the power goes. */
  async pause(ms: number, stop?: AbortSignal): Promise<void> {
    this.requirePower();
    const ends = stop ? AbortSignal.any([this.context.power, stop]) : this.context.power;
    if (!ends.aborted) await elapsed(ms, ends);
    this.requirePower();
    if (stop?.aborted) throw new StoppedByTill();
  }

  /** Passes a step, with the fault that was put there. A dropped link ends nothing by itself: the terminal notices when it next speaks. */
  async reach(step: TerminalStep): Promise<void> {
    this.requirePower();
    const fault = this.context.takeFault(this.command, step);
    if (fault) await this.strike(fault);
  }

  /** Resolves when the till had time to receive everything said so far. */
  async heard(): Promise<void> {
    await this.context.link.flushed();
    await this.pause(HEARD_MS);
  }

  /** Throws LinkGone when the till is gone. */
  requireLink(): void {
    this.requirePower();
    if (this.context.link.gone) throw new LinkGone();
  }

  private async strike(fault: StepFault): Promise<void> {
    const { link, random } = this.context;
    switch (fault.fault) {
      case 'delayAtStep':
        return this.pause(fault.ms);
      case 'dropAtStep':
        await link.flushed();
        return link.destroy();
      case 'garbageAtStep':
        link.answer(Uint8Array.from({ length: 24 }, () => random.integer(0x10, 0x7f)));
        return link.flushed();
      case 'duplicateAtStep':
        link.doubled = true;
        return;
      case 'truncateAtStep':
        link.truncating = true;
        return;
      case 'powerOffAtStep':
        this.context.cutPower(fault.seconds);
        this.requirePower();
    }
  }

  private requirePower(): void {
    if (this.context.power.aborted) throw new PowerLost();
  }
}

/** Resolves after this time, or as soon as the signal aborts. */
function elapsed(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
