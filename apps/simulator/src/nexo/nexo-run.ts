import type { NexoCommand, NexoStep, StepFault } from './faults.js';

/** The terminal lost its power in the middle: whatever it was doing has never been finished. */
export class PowerLost extends Error {
  constructor() {
    super('the terminal lost its power');
    this.name = 'PowerLost';
  }
}

/** What a run needs to know of its terminal. */
export interface RunContext {
  readonly power: AbortSignal;
  /** Takes the fault that waits for this step of this command, at most once. */
  takeFault(command: NexoCommand, step: NexoStep): StepFault | undefined;
  /** Cuts the connection of whoever asked. */
  drop(): void;
  /** Takes the terminal's power away. */
  die(): Promise<void>;
}

/** One command being carried out: waits as a card or a host makes it wait, can be aborted while the card is awaited, and lets faults strike. */
export class NexoRun {
  private readonly abortion = new AbortController();
  private abortable = false;

  constructor(
    private readonly context: RunContext,
    readonly command: NexoCommand,
    readonly serviceId: string,
    readonly saleId: string,
  ) {}

  /** Gives up waiting for the card; without effect once the card is in. */
  abort(): void {
    if (this.abortable) this.abortion.abort();
  }

  /** Passes a step, with the fault that was put there. A cut connection ends nothing by itself: the terminal goes on. */
  async reach(step: NexoStep): Promise<void> {
    this.requirePower();
    const fault = this.context.takeFault(this.command, step);
    if (!fault) return;
    switch (fault.fault) {
      case 'dropAtStep':
        this.context.drop();
        break;
      case 'delayAtStep':
        await this.pause(fault.ms);
        break;
      case 'dieAtStep':
        await this.context.die();
        throw new PowerLost();
    }
  }

  /** Waits for the customer. False when it was aborted meanwhile. */
  async waitForCard(ms: number): Promise<boolean> {
    this.abortable = true;
    await this.sleep(ms, this.abortion.signal);
    this.abortable = false;
    return !this.abortion.signal.aborted;
  }

  /** Waits; ends at once when the power goes. */
  pause(ms: number): Promise<void> {
    return this.sleep(ms, null);
  }

  /** Throws PowerLost when the power is gone. */
  requirePower(): void {
    if (this.context.power.aborted) throw new PowerLost();
  }

  private async sleep(ms: number, wake: AbortSignal | null): Promise<void> {
    this.requirePower();
    const { power } = this.context;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        power.removeEventListener('abort', done);
        wake?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      power.addEventListener('abort', done, { once: true });
      wake?.addEventListener('abort', done, { once: true });
    });
    this.requirePower();
  }
}
