import { ACKNOWLEDGEMENT, type Command, encodeIntermediateStatus, RESULT } from '@tillward/driver-zvt';
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

/** What a run needs to know of its terminal. */
export interface RunContext {
  readonly link: TerminalLink;
  readonly power: AbortSignal;
  readonly random: SeededRandom;
  /** Whether the till asked for 04 FF when it registered. */
  readonly intermediateStatus: boolean;
  /** Takes the fault that waits for this step of this command, at most once. */
  takeFault(command: Command['kind'], step: TerminalStep): StepFault | undefined;
}

/** Answers 84 9C to 04 0F get it again after this time (spec 13.08: 2 s). */
const RESEND_MS = 2_000;

/** One command being carried out: says frames in order, waits as a card or a host makes it wait, and lets faults strike at its steps. */
export class CommandRun {
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

  /** Says a frame as master and waits for its acknowledgement; says it again when the till asks for that. */
  async say(bytes: Uint8Array): Promise<void> {
    for (;;) {
      this.requirePower();
      const answer = await this.context.link.say(bytes);
      if (answer.control !== (0x8400 | RESULT.busy)) return;
      await this.pause(RESEND_MS);
    }
  }

  /** 04 FF, if the till wants it. */
  async show(code: number): Promise<void> {
    if (this.context.intermediateStatus) await this.say(encodeIntermediateStatus(code));
  }

  /** Waits; ends at once when the power goes. */
  async pause(ms: number): Promise<void> {
    this.requirePower();
    const { power } = this.context;
    await new Promise<void>((resolve, reject) => {
      const lost = () => {
        clearTimeout(timer);
        reject(new PowerLost());
      };
      const timer = setTimeout(() => {
        power.removeEventListener('abort', lost);
        resolve();
      }, ms);
      power.addEventListener('abort', lost, { once: true });
    });
  }

  /** Passes a step, with the fault that was put there. A dropped link ends nothing by itself: the terminal notices when it next speaks. */
  async reach(step: TerminalStep): Promise<void> {
    this.requirePower();
    const { context } = this;
    const fault = context.takeFault(this.command, step);
    if (!fault) return;
    switch (fault.fault) {
      case 'delayAtStep':
        await this.pause(fault.ms);
        break;
      case 'dropAtStep':
        await context.link.flushed();
        context.link.destroy();
        break;
      case 'garbageAtStep':
        context.link.answer(Uint8Array.from({ length: 24 }, () => context.random.integer(0x10, 0x7f)));
        await context.link.flushed();
        break;
    }
  }

  /** Throws LinkGone when the till is gone. */
  requireLink(): void {
    this.requirePower();
    if (this.context.link.gone) throw new LinkGone();
  }

  private requirePower(): void {
    if (this.context.power.aborted) throw new PowerLost();
  }
}
