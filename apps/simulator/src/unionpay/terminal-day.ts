import type { SeededRandom } from '../seeded-random.js';
import type { UnionpayTerminal } from './unionpay-terminal.js';

/** How busy a terminal's day is. */
export interface DayOptions {
  /** Mean time between two customers. */
  readonly saleEveryMs: number;
  readonly salesPerBatch: number;
}

/** What a simulated terminal does when nobody tells it: signs on, sells, now and then voids, refunds or echoes, settles, and signs on again. */
export class TerminalDay {
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;
  private sales = 0;

  constructor(
    private readonly terminal: UnionpayTerminal,
    private readonly random: SeededRandom,
    private readonly options: DayOptions,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Signs on, and sells from then on. */
  start(): void {
    this.step(async () => {
      await this.terminal.signOn();
    });
  }

  /** Finishes what it is doing and does nothing more. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
  }

  private step(work: () => Promise<void>): void {
    this.working = work()
      .catch(this.failed)
      .then(() => {
        if (this.stopped) return;
        this.timer = setTimeout(() => this.step(() => this.serve()), this.random.waiting(this.options.saleEveryMs));
      });
  }

  private async serve(): Promise<void> {
    if (this.sales >= this.options.salesPerBatch) return this.closeBatch();
    const dice = this.random.next();
    if (dice < 0.05) {
      await this.terminal.echo();
    } else if (dice < 0.1) {
      await this.terminal.refund(this.random.integer(100, 20_000));
    } else {
      const { outcome, traceNo, responseCode } = await this.terminal.sale(this.random.integer(100, 80_000));
      if (outcome === 'approved') this.sales += 1;
      if (outcome === 'approved' && this.random.chance(0.05)) await this.terminal.void(traceNo);
      // The host has forgotten the session, after a restart for instance.
      if (responseCode === '77') await this.terminal.signOn();
    }
  }

  private async closeBatch(): Promise<void> {
    const end = await this.terminal.settle();
    if (end !== 'balanced' && end !== 'uploaded') return;
    this.sales = 0;
    await this.terminal.signOff();
    await this.terminal.signOn();
  }
}
